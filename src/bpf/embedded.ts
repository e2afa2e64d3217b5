/** Reads the files that the build embeds in the executable: dist/embed. */
const FOLDER = new URL("../../dist/embed/", import.meta.url);

const LIBRARIES = `${Deno.build.arch}/`;

/** The contents of an embedded file. @throws {Deno.errors.NotFound} */
export function embedded(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, FOLDER));
}

/** The commit that was built; `unknown` without git. */
export function embeddedCommit(): string {
  return new TextDecoder().decode(embedded("commit")).trim();
}

/** Names of the embedded libraries: libbpf last, each after those it depends on. */
export function embeddedLibraries(): string[] {
  const list = new TextDecoder().decode(embedded(`${LIBRARIES}libraries`));
  return list.split("\n").filter((name) => name !== "");
}

/** The contents of one of {@link embeddedLibraries}. */
export function embeddedLibrary(name: string): Uint8Array<ArrayBuffer> {
  return embedded(LIBRARIES + name);
}
