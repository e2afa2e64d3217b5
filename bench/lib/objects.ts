/** Loads the bench's BPF objects, and finds those that other processes loaded. */
import { openLibbpf } from "../../src/bpf/library.ts";
import { loadObject } from "../../src/bpf/load.ts";
import { LOAD_DEFAULTS } from "../../src/bpf/object.ts";
import { checked, checkedPointer } from "../../src/ffi/errno.ts";
import { cString, opts } from "../../src/ffi/memory.ts";

export const lib = openLibbpf();
const { symbols } = lib;

const BUILT = new URL("../../dist/bench/", import.meta.url);
const XDP_HAS_FRAGS = 1 << 5; // BPF_F_XDP_HAS_FRAGS, linux/bpf.h

/** Whether xdptally's program accepts frames in several buffers (the kernel decides). */
export function takesFragments(): boolean {
  using object = loadObject(lib, { ...LOAD_DEFAULTS, maxSources: 1 });
  return object.hasFragments;
}

/** The path of a file that the Makefile built for the bench. */
export function built(name: string): string {
  return new URL(name, BUILT).pathname.replaceAll("%20", " ");
}

/** The command line of the example. @param size entries of its map */
export function exampleCommand(
  interfaceName: string,
  size: number,
  ...options: string[]
): string[] {
  return [
    ...[built("example"), ...options, "-size", String(size)],
    ...[built("example.bpf.o"), interfaceName],
  ];
}

interface ObjectOptions {
  /** Sets BPF_F_XDP_HAS_FRAGS, which must be equal in programs that tail-call each other. */
  readonly hasFragments: boolean;
  /** Sizes of maps, by name; the others keep the size in the object. */
  readonly maxEntries?: Readonly<Record<string, number>>;
}

/** A loaded BPF object of dist/bench, attached to nothing. */
export class BenchObject implements Disposable {
  readonly #object: Deno.PointerObject;

  /** @throws {CallError} */
  constructor(
    name: string,
    programs: readonly string[],
    { hasFragments, maxEntries = {} }: ObjectOptions,
  ) {
    const elf = Deno.readFileSync(built(`${name}.bpf.o`));
    const object = this.#object = checkedPointer(
      "bpf_object__open_mem",
      symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts(name)),
    );
    for (const program of hasFragments ? programs : []) {
      symbols.bpf_program__set_flags?.(this.#program(program), XDP_HAS_FRAGS);
    }
    for (const [map, entries] of Object.entries(maxEntries)) {
      symbols.bpf_map__set_max_entries(this.#map(map), entries);
    }
    checked("bpf_object__load", symbols.bpf_object__load(object));
  }

  /** The file descriptor of a program. */
  program(name: string): number {
    return symbols.bpf_program__fd(this.#program(name));
  }

  /** The file descriptor of a map. */
  map(name: string): number {
    return symbols.bpf_map__fd(this.#map(name));
  }

  #program(name: string): Deno.PointerObject {
    return checkedPointer(
      name,
      symbols.bpf_object__find_program_by_name(this.#object, cString(name)),
    );
  }

  #map(name: string): Deno.PointerObject {
    return checkedPointer(
      name,
      symbols.bpf_object__find_map_by_name(this.#object, cString(name)),
    );
  }

  [Symbol.dispose](): void {
    symbols.bpf_object__close(this.#object);
  }
}

/** Opens a program of any process. @returns a file descriptor */
export function programById(id: number): number {
  return checked("bpf_prog_get_fd_by_id", symbols.bpf_prog_get_fd_by_id(id));
}

/** The id by which other processes can open a map. */
export function mapId(fd: number): number {
  const info = new Uint32Array(20); // struct bpf_map_info: type, id, …
  checked(
    "bpf_obj_get_info_by_fd",
    symbols.bpf_obj_get_info_by_fd(fd, info, Uint32Array.of(info.byteLength)),
  );
  return info[1]!;
}
