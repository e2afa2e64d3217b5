import { check, checkPointer } from "../ffi/errno.ts";
import { cString, u32 } from "../ffi/memory.ts";
import type { Family } from "../basics/address.ts";
import type { Filter } from "../basics/network_filter.ts";
import { BY_SOURCE, type Keying } from "../basics/keys.ts";
import {
  NETWORK_MAPS,
  OBJECT_NAME,
  type ProgramName,
  SOURCE_MAPS,
} from "./layout.ts";
import type { Cpus } from "./cpus.ts";
import type { Libbpf } from "./library.ts";
import { MapMemory, type TableDescriptors } from "./memory.ts";

export interface LoadOptions {
  readonly program: ProgramName;
  /** The program can take frames of several buffers, where the kernel can. */
  readonly takesFragments: boolean;
  /** The program counts frames that go out. */
  readonly isEgress: boolean;
  /** Of each family, in each generation. */
  readonly maxSources: number;
  /** Frames start at the IP header. */
  readonly isLayer3: boolean;
  readonly keying: Keying;
  /** Else those of this machine. */
  readonly cpus?: Cpus;
  /** Else if the kernel has it: looks at frames in the kernel's own struct. */
  readonly usesBtf?: boolean | undefined;
  /** Undefined: every source is kept. */
  readonly filter: Filter | undefined;
}

/** What is loaded where nothing else is asked for. */
export const PLAIN = {
  program: "xdptally",
  takesFragments: true,
  isEgress: false,
  isLayer3: false,
  keying: BY_SOURCE,
  filter: undefined,
} as const satisfies Partial<LoadOptions>;

/** The descriptors of a loaded object's maps. */
interface MapDescriptors {
  readonly sources: Record<Family, TableDescriptors>;
  readonly totals: number;
  readonly window: number;
  readonly barrier: number;
  readonly idle: number;
}

/** What the kernel lets the program do. */
export interface Abilities {
  /** It takes frames of several buffers. */
  readonly hasFragments: boolean;
  /** It looks for them in the kernel's own struct. */
  readonly usesBtf: boolean;
}

/** An object whose maps exist and whose program was verified. */
export class LoadedObject implements Abilities, Disposable {
  readonly lib: Libbpf;
  readonly programFd: number;
  readonly maps: MapDescriptors;
  readonly hasFragments: boolean;
  readonly usesBtf: boolean;
  readonly keying: Keying;
  #memory: MapMemory | undefined;
  #object: Deno.PointerObject | undefined;

  constructor(
    lib: Libbpf,
    object: Deno.PointerObject,
    { program: name, keying, filter, maxSources }: LoadOptions,
    { hasFragments, usesBtf }: Abilities,
    cpus: Cpus,
  ) {
    this.lib = lib;
    this.keying = keying;
    this.hasFragments = hasFragments;
    this.usesBtf = usesBtf;
    this.#object = object;
    const { symbols } = lib;
    const map = (name: string): number =>
      check("bpf_map__fd", symbols.bpf_map__fd(findMap(lib, object, name)));
    const program = checkPointer(
      "bpf_object__find_program_by_name",
      symbols.bpf_object__find_program_by_name(
        object,
        cString(name),
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
    if (filter !== undefined) this.#enter(filter, map);
    this.#memory = new MapMemory(
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

  /** What the program counts into; there until the object is disposed of. */
  get memory(): MapMemory {
    if (this.#memory === undefined) throw new Error("The maps are closed");
    return this.#memory;
  }

  [Symbol.dispose](): void {
    if (this.#object === undefined) return;
    this.#memory?.[Symbol.dispose]();
    this.#memory = undefined;
    this.lib.symbols.bpf_object__close(this.#object);
    this.#object = undefined;
  }
}

/** @throws {CallError} */
export function findMap(
  lib: Libbpf,
  object: Deno.PointerObject,
  name: string,
): Deno.PointerObject {
  return checkPointer(
    `bpf_object__find_map_by_name(${name})`,
    lib.symbols.bpf_object__find_map_by_name(object, cString(name)),
  );
}
