import { CallError, check, checkPointer, ERRNO } from "../ffi/errno.ts";
import { cString, opts, u32 } from "../ffi/memory.ts";
import { FAMILIES, type Family } from "../address.ts";
import type { Filter } from "../filter.ts";
import { BY_SOURCE, type Keying } from "../key.ts";
import {
  constants,
  GENERATIONS,
  type Hook,
  KEY_SIZE,
  NETWORK_MAPS,
  OBJECT_NAME,
  PROGRAMS,
  SLOT_SIZE,
  slotsFor,
  SOURCE_MAPS,
  TALLY_SIZE,
  TOTALS,
} from "./layout.ts";
import { valueSize } from "./info.ts";
import { raiseFileLimit, raiseMemlock } from "./limits.ts";
import { type Cpus, findCpus } from "./cpus.ts";
import type { Libbpf } from "./library.ts";
import { MapMemory, type TableDescriptors } from "./memory.ts";

export interface LoadOptions {
  readonly hook: Hook;
  /** Of the tc hook: frames that go out. */
  readonly isEgress: boolean;
  /** Of each family, in each generation. */
  readonly maxSources: number;
  /** Frames start at the IP header. */
  readonly isLayer3: boolean;
  readonly keying: Keying;
  /** Else those of this machine. */
  readonly cpus?: Cpus;
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
  readonly sources: Record<Family, TableDescriptors>;
  readonly totals: number;
  readonly window: number;
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
  readonly keying: Keying;
  /** Not to be touched once the object is disposed of. */
  readonly memory: MapMemory;
  #object: Deno.PointerObject | undefined;

  constructor(
    lib: Libbpf,
    object: Deno.PointerObject,
    { hook, keying, filter, maxSources }: LoadOptions,
    hasFragments: boolean,
    cpus: Cpus,
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
    const table = (family: Family): TableDescriptors => {
      const { index, keys, tallies, used } = SOURCE_MAPS[family];
      return {
        index: map(index),
        keys: map(keys),
        tallies: map(tallies),
        used: map(used),
      };
    };
    this.maps = {
      sources: { ipv4: table("ipv4"), ipv6: table("ipv6") },
      totals: map("totals"),
      window: map(`${OBJECT_NAME}.data`),
      barrier: map("barrier"),
      idle: map("idle"),
    };
    this.#compareLayout();
    if (filter !== undefined) this.#enter(filter, map);
    this.memory = new MapMemory(
      maxSources,
      cpus,
      this.maps.sources,
      this.maps.totals,
    );
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
    const expect = (fd: number, size: number) => {
      const found = valueSize(this.lib, fd);
      if (found !== size) {
        throw new Error(
          `bpf/xdptally.h and src/bpf/layout.ts differ: a map has values of ${found} bytes, not ${size}`,
        );
      }
    };
    expect(this.maps.totals, TOTALS.size);
    expect(this.maps.window, 4);
    for (const family of FAMILIES) {
      const { index, keys, tallies, used } = this.maps.sources[family];
      expect(index, SLOT_SIZE);
      expect(keys, KEY_SIZE[family]);
      expect(tallies, TALLY_SIZE);
      expect(used, 4);
    }
  }

  [Symbol.dispose](): void {
    if (this.#object === undefined) return;
    this.memory[Symbol.dispose]();
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
  const cpus = options.cpus ?? findCpus();
  try {
    configure(lib, object, options, hasFragments, cpus);
    check("bpf_object__load", symbols.bpf_object__load(object));
    return new LoadedObject(lib, object, options, hasFragments, cpus);
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
  cpus: Cpus,
): void {
  const { symbols } = lib;
  const { maxSources, isLayer3, isEgress, keying, filter } = options;
  const XDP_HAS_FRAGS = 1 << 5; // BPF_F_XDP_HAS_FRAGS, linux/bpf.h
  const resize = (name: string, entries: number) => {
    const call = "bpf_map__set_max_entries";
    if (entries >= 2 ** 32) throw new CallError(call, ERRNO.E2BIG);
    const map = findMap(lib, object, name);
    check(call, symbols.bpf_map__set_max_entries(map, entries));
  };
  for (const family of FAMILIES) {
    const { index, keys, tallies, used } = SOURCE_MAPS[family];
    resize(index, GENERATIONS.length * slotsFor(maxSources));
    resize(keys, GENERATIONS.length * maxSources);
    resize(tallies, GENERATIONS.length * cpus.present * maxSources);
    resize(used, GENERATIONS.length);
    const networks = filter?.networks.filter((one) => one.family === family);
    resize(NETWORK_MAPS[family], Math.max(1, networks?.length ?? 0));
  }
  resize("totals", GENERATIONS.length * cpus.possible);
  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  const values = constants({
    seed: seed!,
    maxSources,
    cpus,
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
