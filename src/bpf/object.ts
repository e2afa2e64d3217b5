/** A BPF object in the kernel: its program, its maps, and their memory. */
import { BY_SOURCE, type Keying } from "../basics/keys.ts";
import type { LinkLayer } from "../basics/link_layer.ts";
import type { NetworkFilter } from "../basics/network_filter.ts";
import { call, checkedPointer } from "../ffi/errno.ts";
import { cString, u32 } from "../ffi/memory.ts";
import type { Cpus } from "./cpus.ts";
import { type FramePlace, mapName, type ProgramName } from "./layout.ts";
import type { Libbpf } from "./library.ts";
import { MapMemory } from "./map_memory.ts";
import type { Carrier } from "./carrier.ts";

/** Which program is loaded, and what it counts. */
export interface LoadOptions {
  readonly program: ProgramName;
  /** The program can handle frames of several buffers, if the kernel can. */
  readonly takesFragments: boolean;
  /** The program counts outgoing frames. */
  readonly isEgress: boolean;
  /** Sources of each family in each generation. */
  readonly maxSources: number;
  /** What frames start with. */
  readonly linkLayer: LinkLayer;
  readonly keying: Keying;
  /** By default the CPUs of this machine. */
  readonly cpus?: Cpus;
  /** Read frames in the kernel's own struct; by default if the kernel has BTF. */
  readonly usesBtf?: boolean | undefined;
  /** Two runs may interleave on one CPU; by default if this kernel is a real-time one. */
  readonly isRealtime?: boolean;
  /** Gives the object by its file's name; by default the embedded one. */
  readonly objectNamed?: (file: string) => Uint8Array<ArrayBuffer>;
  /** Undefined: every source is kept. */
  readonly filter: NetworkFilter | undefined;
  /** The program is to run with another one. */
  readonly ride?: Ride | undefined;
}

/** Another program, and whose of its frames are counted. */
export interface Ride {
  readonly carrier: Pick<Carrier, "id" | "fd" | "main" | "exit">;
  readonly place: FramePlace;
}

/** The programs that are loaded: of a ride its exit, too. */
export function programsOf(
  { program, ride }: Pick<LoadOptions, "program" | "ride">,
): readonly ProgramName[] {
  return ride === undefined ? [program] : [program, ride.carrier.exit];
}

/** Loads the XDP program to count by source. */
export const LOAD_DEFAULTS = {
  program: "xdptally",
  takesFragments: true,
  isEgress: false,
  linkLayer: "ethernet",
  keying: BY_SOURCE,
  filter: undefined,
} as const satisfies Partial<LoadOptions>;

/** What the kernel lets the program do. */
export interface Abilities {
  /** It gets frames of several buffers. */
  readonly hasFragments: boolean;
  /** It finds out how many a frame has from the kernel's own struct. */
  readonly usesBtf: boolean;
}

/** An object whose maps exist and whose program the verifier accepted. */
export class LoadedObject implements Abilities, Disposable {
  readonly lib: Libbpf;
  readonly programFd: number;
  /** Of the program that runs after another one, where it rides on it; else undefined. */
  readonly exitFd: number | undefined;
  /** The id of that one. */
  readonly holderId: number | undefined;
  /** Descriptors of the maps that wait for running programs. */
  readonly maps: Readonly<Record<"barrier" | "idle", number>>;
  readonly hasFragments: boolean;
  readonly usesBtf: boolean;
  readonly keying: Keying;
  #memory: MapMemory | undefined;
  readonly #object: Deno.PointerObject;

  /**
   * @param object loaded by libbpf; disposing of this closes it
   * @throws {CallError}
   */
  constructor(
    lib: Libbpf,
    object: Deno.PointerObject,
    options: LoadOptions,
    { hasFragments, usesBtf }: Abilities,
    cpus: Cpus,
  ) {
    const { keying, filter, maxSources } = options;
    this.lib = lib;
    this.keying = keying;
    this.holderId = options.ride?.carrier.id;
    this.hasFragments = hasFragments;
    this.usesBtf = usesBtf;
    this.#object = object;
    const [fd, exitFd] = programsOf(options).map((name) =>
      call(lib.symbols, "bpf_program__fd", findProgram(lib, object, name))
    );
    this.programFd = fd!;
    this.exitFd = exitFd;
    this.maps = {
      barrier: this.#mapFd("barrier"),
      idle: this.#mapFd("idle"),
    };
    if (filter !== undefined) this.#enter(filter);
    const fdOf = (name: string) => this.#mapFd(name);
    this.#memory = new MapMemory(keying, maxSources, cpus, fdOf);
  }

  #mapFd(name: string): number {
    const map = findMap(this.lib, this.#object, name);
    return call(this.lib.symbols, "bpf_map__fd", map);
  }

  /** Enters the networks of a filter into their tries. */
  #enter({ networks }: NetworkFilter): void {
    for (const { family, address, length, isKept } of networks) {
      // struct network4 or network6 of bpf/xdptally.h
      const key = new Uint8Array(4 + address.length);
      new DataView(key.buffer).setUint32(0, length, true);
      key.set(address, 4);
      const trie = this.#mapFd(mapName("networks", family));
      const value = u32(Number(isKept));
      call(this.lib.symbols, "bpf_map_update_elem", trie, key, value, 0n);
    }
  }

  /** What the program counts into; not to be used once this is disposed of. */
  get memory(): MapMemory {
    if (this.#memory === undefined) throw new Error("The maps are closed");
    return this.#memory;
  }

  [Symbol.dispose](): void {
    if (this.#memory === undefined) return;
    this.#memory[Symbol.dispose]();
    this.#memory = undefined;
    this.lib.symbols.bpf_object__close(this.#object);
  }
}

/** @throws {CallError} the object has no map of that name */
export function findMap(
  lib: Libbpf,
  object: Deno.PointerObject,
  name: string,
): Deno.PointerObject {
  return checkedPointer(
    `bpf_object__find_map_by_name(${name})`,
    lib.symbols.bpf_object__find_map_by_name(object, cString(name)),
  );
}

/** @throws {CallError} the object has no program of that name */
export function findProgram(
  lib: Libbpf,
  object: Deno.PointerObject,
  name: ProgramName,
): Deno.PointerObject {
  return checkedPointer(
    `bpf_object__find_program_by_name(${name})`,
    lib.symbols.bpf_object__find_program_by_name(object, cString(name)),
  );
}
