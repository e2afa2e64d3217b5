/**
 * Compares src/bpf/layout.ts with the BTF of the built BPF object, so that a
 * struct or an enum that only one side changes fails `make`.
 * usage: compare_layout.ts OBJECT
 */
import { DATA, ENUMS, PROGRAMS, STRUCTS, VALUES } from "../src/bpf/layout.ts";

const cString = (text: string) => new TextEncoder().encode(`${text}\0`);

/** @see bpf/btf.h of libbpf */
const { symbols: libbpf } = Deno.dlopen("libbpf.so.1", {
  btf__parse: { parameters: ["buffer", "pointer"], result: "pointer" }, // path, ext
  btf__find_by_name_kind: {
    parameters: ["pointer", "buffer", "u32"], // btf, name, kind
    result: "i32",
  },
  btf__type_by_id: { parameters: ["pointer", "u32"], result: "pointer" },
  btf__name_by_offset: { parameters: ["pointer", "u32"], result: "pointer" },
  btf__resolve_size: { parameters: ["pointer", "u32"], result: "i64" },
});

/** Maps that user space does not touch. */
const PRIVATE = new Set(["pending", "mutex"]);

/** Of linux/btf.h. */
const KIND = { struct: 4, enum: 6, function: 12, section: 15 } as const;

/** The names and values of an enum, or the offsets and the size of a struct, in bytes. */
function layoutOf(
  btf: Deno.PointerValue,
  kind: keyof typeof KIND,
  name: string,
): Map<string, number> {
  const id = libbpf.btf__find_by_name_kind(btf, cString(name), KIND[kind]);
  if (id < 0) return new Map();
  const type = typeOf(btf, id); // its entries have 12 or 8 bytes
  const count = type.getUint32(4) & 0xffff;
  const layout = new Map<string, number>();
  if (kind === "struct") layout.set("size", type.getUint32(8));
  for (let entry = 0; entry < count; entry++) {
    const at = 12 + entry * (kind === "struct" ? 12 : 8);
    const value = kind === "struct"
      ? type.getUint32(at + 8) / 8
      : type.getInt32(at + 4);
    layout.set(nameAt(btf, type.getUint32(at)), value);
  }
  return layout;
}

/** The programs: the global functions that are named after the object. */
function programsOf(
  btf: Deno.PointerValue,
  object: keyof typeof PROGRAMS,
): Map<string, number> {
  const GLOBAL = 1; // BTF_FUNC_GLOBAL
  const found = new Map<string, number>();
  for (let id = 1;; id++) {
    const pointer = libbpf.btf__type_by_id(btf, id);
    if (pointer === null) return found;
    const type = new Deno.UnsafePointerView(pointer);
    const info = type.getUint32(4);
    if ((info >> 24 & 31) !== KIND.function || (info & 0xffff) !== GLOBAL) {
      continue;
    }
    const name = nameAt(btf, type.getUint32(0));
    if (name.startsWith(object)) found.set(name, GLOBAL);
  }
}

/** A type by its id, as struct btf_type: u32 name_off, info, size or type; entries. */
function typeOf(btf: Deno.PointerValue, id: number): Deno.UnsafePointerView {
  return new Deno.UnsafePointerView(libbpf.btf__type_by_id(btf, id)!);
}

function nameAt(btf: Deno.PointerValue, offset: number): string {
  const name = libbpf.btf__name_by_offset(btf, offset)!;
  return Deno.UnsafePointerView.getCString(name);
}

/** Bytes of the values of maps, and of variables, by name. */
function valuesOf(
  btf: Deno.PointerValue,
  sections: readonly string[] = [".maps", ".data", ".rodata"],
): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of sections) {
    const id = libbpf.btf__find_by_name_kind(btf, cString(name), KIND.section);
    const section = typeOf(btf, id);
    const count = section.getUint32(4) & 0xffff;
    for (let entry = 0; entry < count; entry++) {
      // struct btf_var_secinfo: u32 type, offset, size
      const at = 12 + entry * 12;
      const variable = typeOf(btf, section.getUint32(at));
      if (PRIVATE.has(nameAt(btf, variable.getUint32(0)))) continue;
      const size = name === ".maps"
        ? valueSize(btf, variable.getUint32(8))
        : section.getUint32(at + 8);
      found.set(nameAt(btf, variable.getUint32(0)), size);
    }
  }
  return found;
}

/** Of a map's struct, whose member `value` is a pointer to the type; 0: it has none. */
function valueSize(btf: Deno.PointerValue, map: number): number {
  const struct = typeOf(btf, map);
  const count = struct.getUint32(4) & 0xffff;
  for (let member = 0; member < count; member++) {
    const at = 12 + member * 12;
    if (nameAt(btf, struct.getUint32(at)) !== "value") continue;
    const pointee = typeOf(btf, struct.getUint32(at + 4)).getUint32(8);
    return Number(libbpf.btf__resolve_size(btf, pointee));
  }
  return 0;
}

/** `maxSources` -> `max_sources` */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What differs, a line each. */
function differences(
  what: string,
  ours: Readonly<Record<string, number>>,
  theirs: ReadonlyMap<string, number>,
): string[] {
  const names = new Set([...Object.keys(ours), ...theirs.keys()]);
  return [...names].filter((name) => ours[name] !== theirs.get(name)).map((
    name,
  ) =>
    `${what}: "${name}" is ${
      ours[name] ?? "missing"
    } in src/bpf/layout.ts and ${theirs.get(name) ?? "missing"} in bpf/`
  );
}

const [file = ""] = Deno.args;
const object = /observe\.bpf\.o$/.test(file) ? "observe" : "xdptally";
const btf = libbpf.btf__parse(cString(file), null);
if (btf === null) {
  console.error(`Cannot compare the layout: "${file}" has no BTF`);
  Deno.exit(1);
}
const found = [
  ...differences("values", VALUES, valuesOf(btf)),
  // User space maps the section as this variable.
  ...differences("section .data", DATA, valuesOf(btf, [".data"])),
  ...differences(
    "programs",
    Object.fromEntries(PROGRAMS[object].map((name) => [name, 1])),
    programsOf(btf, object),
  ),
  ...Object.entries(STRUCTS).flatMap(([name, members]) =>
    differences(
      `struct ${snakeCase(name)}`,
      Object.fromEntries(
        Object.entries(members).map(([key, at]) => [snakeCase(key), at]),
      ),
      layoutOf(btf, "struct", snakeCase(name)),
    )
  ),
  ...Object.entries(ENUMS).flatMap(([name, values]) =>
    differences(`enum ${name}`, values, layoutOf(btf, "enum", name))
  ),
];
for (const line of found) console.error(line);
if (found.length > 0) {
  console.error(
    "Cannot build: src/bpf/layout.ts (or KEY_FIELDS of src/basics/keys.ts) and bpf/ differ; change both",
  );
  Deno.exit(1);
}
