import { CallError, check, checkPointer, ERRNO } from "../ffi/errno.ts";
import { cString, opts, u32 } from "../ffi/memory.ts";
import { libc } from "../ffi/libc.ts";
import { FAMILIES, type Family } from "../address.ts";
import type { Filter } from "../filter.ts";
import { BY_SOURCE, type Keying, keySize } from "../key.ts";
import {
  constants,
  GENERATIONS,
  type Hook,
  NETWORK_MAPS,
  OBJECT_NAME,
  PROGRAMS,
  SOURCE_MAPS,
  TALLY_SIZE,
  TOTALS,
} from "./layout.ts";
import { mapSizes } from "./info.ts";
import type { Libbpf } from "./library.ts";

export interface LoadOptions {
  readonly hook: Hook;
  /** Of the tc hook: frames that go out. */
  readonly isEgress: boolean;
  /** Entries of each source map. */
  readonly maxSources: number;
  /** Frames start at the IP header. */
  readonly isLayer3: boolean;
  readonly keying: Keying;
  /** Undefined: every source is kept. */
  readonly filter: Filter | undefined;
}

/** What is loaded where nothing else is asked for. */
export const PLAIN = {
  hook: "xdp",
  isEgress: false,
  isLayer3: false,
  keying: BY_SOURCE,
  filter: undefined,
} as const satisfies Partial<LoadOptions>;

/** The descriptors of a loaded object's maps. */
export interface MapDescriptors {
  readonly sources: Record<Family, readonly [number, number]>;
  readonly totals: number;
  readonly generation: number;
  readonly barrier: number;
  readonly idle: number;
}

/** An object whose maps exist and whose program was verified. */
export class LoadedObject implements Disposable {
  readonly lib: Libbpf;
  readonly programFd: number;
  readonly maps: MapDescriptors;
  /** The program takes frames of several buffers. */
  readonly hasFragments: boolean;
  #object: Deno.PointerObject | undefined;

  readonly keying: Keying;

  constructor(
    lib: Libbpf,
    object: Deno.PointerObject,
    { hook, keying, filter }: LoadOptions,
    hasFragments: boolean,
  ) {
    this.lib = lib;
    this.keying = keying;
    this.hasFragments = hasFragments;
    this.#object = object;
    const { symbols } = lib;
    const map = (name: string): number =>
      check("bpf_map__fd", symbols.bpf_map__fd(findMap(lib, object, name)));
    const program = checkPointer(
      "bpf_object__find_program_by_name",
      symbols.bpf_object__find_program_by_name(
        object,
        cString(PROGRAMS[hook]),
      ),
    );
    this.programFd = check("bpf_program__fd", symbols.bpf_program__fd(program));
    const pair = ([first, second]: readonly [string, string]) =>
      [map(first), map(second)] as const;
    this.maps = {
      sources: { ipv4: pair(SOURCE_MAPS.ipv4), ipv6: pair(SOURCE_MAPS.ipv6) },
      totals: map("totals"),
      generation: map(`${OBJECT_NAME}.bss`),
      barrier: map("barrier"),
      idle: map("idle"),
    };
    this.#compareLayout();
    if (filter !== undefined) this.#enter(filter, map);
  }

  /** Puts the networks of a filter into their tries. */
  #enter({ networks }: Filter, map: (name: string) => number): void {
    for (const { family, address, length, isKept } of networks) {
      const key = new Uint8Array(4 + address.length);
      new DataView(key.buffer).setUint32(0, length, true);
      key.set(address, 4);
      check(
        "bpf_map_update_elem",
        this.lib.symbols.bpf_map_update_elem(
          map(NETWORK_MAPS[family]),
          key,
          u32(Number(isKept)),
          0n,
        ),
      );
    }
  }

  /** The two sides are built together, so this fails only in a broken build. */
  #compareLayout(): void {
    const expect = (fd: number, key: number, value: number) => {
      const sizes = mapSizes(this.lib, fd);
      if (sizes.key !== key || sizes.value !== value) {
        throw new Error(
          `bpf/xdptally.h and src/bpf/layout.ts differ: a map has ${sizes.key} + ${sizes.value} bytes, not ${key} + ${value}`,
        );
      }
    };
    expect(this.maps.totals, 4, TOTALS.words * 8);
    expect(this.maps.generation, 4, 4);
    for (const family of FAMILIES) {
      for (const generation of GENERATIONS) {
        const fd = this.maps.sources[family][generation];
        expect(fd, keySize(family, this.keying), TALLY_SIZE);
      }
    }
  }

  [Symbol.dispose](): void {
    if (this.#object === undefined) return;
    this.lib.symbols.bpf_object__close(this.#object);
    this.#object = undefined;
  }
}

/**
 * Opens, sizes and loads the object: with support for frames of several
 * buffers, or, where the kernel does not know that flag (before 5.18), without.
 *
 * @throws {CallError} from the call that failed
 */
export function loadObject(
  lib: Libbpf,
  elf: Uint8Array<ArrayBuffer>,
  options: LoadOptions,
): LoadedObject {
  raiseMemlock();
  raiseFileLimit();
  if (
    options.hook === "xdp" && lib.symbols.bpf_program__set_flags !== null
  ) {
    try {
      return load(lib, elf, options, true);
    } catch (error) {
      if (!(error instanceof CallError) || error.errno !== ERRNO.EINVAL) {
        throw error;
      }
    }
  }
  return load(lib, elf, options, false);
}

function load(
  lib: Libbpf,
  elf: Uint8Array<ArrayBuffer>,
  options: LoadOptions,
  hasFragments: boolean,
): LoadedObject {
  const { symbols } = lib;
  const object = checkPointer(
    "bpf_object__open_mem",
    symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts(OBJECT_NAME)),
  );
  try {
    configure(lib, object, options, hasFragments);
    check("bpf_object__load", symbols.bpf_object__load(object));
    return new LoadedObject(lib, object, options, hasFragments);
  } catch (error) {
    symbols.bpf_object__close(object);
    throw error;
  }
}

/** What is settled between open and load: sizes, constants, flags. */
function configure(
  lib: Libbpf,
  object: Deno.PointerObject,
  options: LoadOptions,
  hasFragments: boolean,
): void {
  const { symbols } = lib;
  const { maxSources, isLayer3, isEgress, keying, filter } = options;
  const XDP_HAS_FRAGS = 1 << 5; // BPF_F_XDP_HAS_FRAGS, linux/bpf.h
  const resize = (name: string, entries: number) => {
    const map = findMap(lib, object, name);
    check(
      "bpf_map__set_max_entries",
      symbols.bpf_map__set_max_entries(map, entries),
    );
    return map;
  };
  for (const family of FAMILIES) {
    for (const name of SOURCE_MAPS[family]) {
      const map = resize(name, maxSources);
      check(
        "bpf_map__set_key_size",
        symbols.bpf_map__set_key_size(map, keySize(family, keying)),
      );
    }
    const networks = filter?.networks.filter((one) => one.family === family);
    resize(NETWORK_MAPS[family], Math.max(1, networks?.length ?? 0));
  }
  const values = constants({
    hasFragments,
    isLayer3,
    isEgress,
    keying,
    filter,
  });
  check(
    "bpf_map__set_initial_value",
    symbols.bpf_map__set_initial_value(
      findMap(lib, object, `${OBJECT_NAME}.rodata`),
      values,
      BigInt(values.length),
    ),
  );
  for (const [hook, name] of Object.entries(PROGRAMS)) {
    const program = checkPointer(
      "bpf_object__find_program_by_name",
      symbols.bpf_object__find_program_by_name(object, cString(name)),
    );
    const isWanted = hook === options.hook;
    check(
      "bpf_program__set_autoload",
      symbols.bpf_program__set_autoload(program, isWanted),
    );
    if (!isWanted || !hasFragments) continue;
    check(
      "bpf_program__set_flags",
      symbols.bpf_program__set_flags?.(program, XDP_HAS_FRAGS) ?? 0,
    );
  }
}

function findMap(
  lib: Libbpf,
  object: Deno.PointerObject,
  name: string,
): Deno.PointerObject {
  return checkPointer(
    `bpf_object__find_map_by_name(${name})`,
    lib.symbols.bpf_object__find_map_by_name(object, cString(name)),
  );
}

/**
 * Before Linux 5.11 maps count as locked memory. Raising the limit takes
 * CAP_SYS_RESOURCE; without it loading may fail with EPERM.
 */
function raiseMemlock(): void {
  const RLIMIT_MEMLOCK = 8;
  const infinity = BigUint64Array.of(~0n, ~0n);
  libc.setrlimit(RLIMIT_MEMLOCK, infinity);
}

/** An interface takes a dozen descriptors, and shells give 1024: take what may be had. */
function raiseFileLimit(): void {
  const RLIMIT_NOFILE = 7;
  const limit = new BigUint64Array(2); // soft, hard
  if (libc.getrlimit(RLIMIT_NOFILE, limit) < 0) return;
  libc.setrlimit(RLIMIT_NOFILE, limit.fill(limit[1]!));
}
