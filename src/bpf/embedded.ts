/** The files that the build puts into the executable (`make`, dist/embed). */
const FOLDER = new URL("../../dist/embed/", import.meta.url);

/** The contents of an embedded file. */
export function embedded(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, FOLDER));
}

/** The spare libbpf and what it needs, each after what it needs itself. */
export function embeddedLibraries(): string[] {
  return new TextDecoder().decode(embedded("libraries")).split("\n")
    .filter((name) => name !== "");
}
