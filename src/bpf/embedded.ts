/** The files that the build puts into the executable (`make`, dist/embed). */
const FOLDER = new URL("../../dist/embed/", import.meta.url);

const LIBRARIES = `${Deno.build.arch}/`;

/** The contents of an embedded file. */
export function embedded(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, FOLDER));
}

/** The commit that was built, or `unknown`. */
export function embeddedCommit(): string {
  return new TextDecoder().decode(embedded("commit")).trim();
}

/** The spare libbpf and what it needs, each after what it needs itself. */
export function embeddedLibraries(): string[] {
  const list = new TextDecoder().decode(embedded(`${LIBRARIES}libraries`));
  return list.split("\n").filter((name) => name !== "");
}

/** The contents of one of {@link embeddedLibraries}. */
export function embeddedLibrary(name: string): Uint8Array<ArrayBuffer> {
  return embedded(LIBRARIES + name);
}
