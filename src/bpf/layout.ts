/** What user space and the BPF program share: names, sizes and offsets. */
import { ADDRESS_SIZE, FAMILIES, type Family } from "../basics/address.ts";
import { BYS, type Keying, MOST_SOURCES } from "../basics/keys.ts";
import { LINK_LAYERS, type LinkLayer } from "../basics/link_layer.ts";
import { prefixMask } from "../basics/prefix.ts";
import type { Cpus } from "./cpus.ts";

/** The object's name; libbpf puts it in front of `.rodata` and `.data`. */
export const OBJECT_NAME = "xdptally";
/** The object's programs; one of them is loaded. `make` compares the names. */
export const PROGRAMS = ["xdptally", "xdptally_tc"] as const;
export type ProgramName = typeof PROGRAMS[number];

/** Bits of an id; the rest of a slot's upper word is its era. */
const ID_BITS = Math.log2(MOST_SOURCES);

/**
 * The structs of bpf/xdptally.h: sizes, and offsets of members, in bytes. `make`
 * compares both sides by name (toolchain/compare_layout.ts): `maxSources` is
 * `max_sources` there.
 */
export const STRUCTS = {
  tally: { size: 16, packets: 0, bytes: 8 },
  totals: {
    size: 128,
    total: 0,
    untracked: 16,
    nonIp: 32,
    malformed: 48,
    filtered: 64,
    full: 80,
    noMemory: 88,
    busy: 96,
    spare: 104,
  },
  key4: { size: 8, address: 0, detail: 4 },
  key6: { size: 24, address: 0, detail: 16, zero: 20 },
  network4: { size: 8, length: 0, address: 4 },
  network6: { size: 20, length: 0, address: 4 },
  constants: {
    size: 72,
    seed: 0,
    maxSources: 8,
    slots: 12,
    cpus: 16,
    possibleCpus: 20,
    hasFrags: 24,
    linkLayer: 28,
    isEgress: 32,
    keyBy: 36,
    hasFilter: 40,
    keepsRest: 44,
    mask4: 48,
    mask6: 52,
    layout: 68,
  },
} as const;

/** The enums of bpf/xdptally.h; `make` compares them too. */
export const ENUMS: Readonly<Record<string, Record<string, number>>> = {
  layout: { GENERATIONS: 2, FIRST_ERA: 1, ID_BITS },
  key_by: enumerators("KEY", BYS),
  link_layer: enumerators("LINK", LINK_LAYERS),
};

/** `KEY_SOURCE_PORT` is the enumerator of `source,port`. */
function enumerators(
  prefix: string,
  words: readonly string[],
): Record<string, number> {
  return Object.fromEntries(
    words.map((
      word,
      value,
    ) => [`${prefix}_${word.toUpperCase().replaceAll(/[ ,]/g, "_")}`, value]),
  );
}

/** Bytes of a tally: packets and bytes, both u64. */
export const TALLY_SIZE = STRUCTS.tally.size;

/** Where the counters of struct totals are, in u64 words; `size`: how many. */
export const TOTALS = Object.fromEntries(
  Object.entries(STRUCTS.totals).map(([name, bytes]) => [name, bytes / 8]),
) as Record<keyof typeof STRUCTS.totals, number>;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps that exist once for each family, see bpf/sources.h and books.h. */
type FamilyMap = "index" | "keys" | "tallies" | "used" | "networks";

/** The name of a family's map in the object: `keys4`, `keys6`. */
export function mapName(map: FamilyMap, family: Family): string {
  return map + (family === "ipv4" ? "4" : "6");
}

/** Bytes of a slot of an index. */
export const SLOT_SIZE = 8;
/** Bytes from one count of used ids to the next: array values are 8 bytes apart. */
export const USED_SIZE = 8;

/** All variables of the section `.data`, in bytes; `make` compares them. */
export const DATA = { window: 4 } as const;

/** Bytes of the values of all maps, and of the variables; `make` compares them. */
export const VALUES = {
  index4: SLOT_SIZE,
  index6: SLOT_SIZE,
  keys4: STRUCTS.key4.size,
  keys6: STRUCTS.key6.size,
  tallies4: TALLY_SIZE,
  tallies6: TALLY_SIZE,
  used4: 4,
  used6: 4,
  lock4: 4,
  lock6: 4,
  networks4: 4,
  networks6: 4,
  totals: STRUCTS.totals.size,
  idle: 4,
  barrier: 0, // its values are maps
  ...DATA,
  constants: STRUCTS.constants.size,
} as const;
/** Bytes of a key in the maps: the address, then the detail. */
export const KEY_SIZE: Record<Family, number> = {
  ipv4: STRUCTS.key4.size,
  ipv6: STRUCTS.key6.size,
};

/** Eras count from the first to the last, then start over; 0 marks unused slots. */
export const FIRST_ERA = 1, LAST_ERA = 2 ** (32 - ID_BITS) - 1;

/** Slots of an index: a power of two, so large that at most half are in use. */
export function slotsFor(maxSources: number): number {
  return 2 ** Math.ceil(Math.log2(maxSources) + 1);
}

/** The values that struct constants is made from. */
interface Constants {
  /** Seeds the hash; random for each load, so that nobody can choose addresses that collide. */
  readonly seed: bigint;
  readonly maxSources: number;
  readonly cpus: Cpus;
  readonly hasFragments: boolean;
  readonly linkLayer: LinkLayer;
  /** The tc program counts outgoing frames. */
  readonly isEgress: boolean;
  readonly keying: Keying;
  readonly filter: { readonly keepsRest: boolean } | undefined;
}

/** The bytes of struct constants of bpf/xdptally.h. */
export function constants(of: Constants): Uint8Array<ArrayBuffer> {
  const { keying, filter } = of;
  const at = STRUCTS.constants;
  const bytes = new Uint8Array(at.size);
  const view = new DataView(bytes.buffer);
  const set = (offset: number, value: number | boolean) =>
    view.setUint32(offset, Number(value), true);
  view.setBigUint64(at.seed, of.seed, true);
  set(at.maxSources, of.maxSources);
  set(at.slots, slotsFor(of.maxSources));
  set(at.cpus, of.cpus.present);
  set(at.possibleCpus, of.cpus.possible);
  set(at.hasFrags, of.hasFragments);
  set(at.linkLayer, LINK_LAYERS.indexOf(of.linkLayer));
  set(at.isEgress, of.isEgress);
  set(at.keyBy, BYS.indexOf(keying.by));
  set(at.hasFilter, filter !== undefined);
  set(at.keepsRest, filter?.keepsRest ?? true);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv4, keying.prefix.ipv4), at.mask4);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv6, keying.prefix.ipv6), at.mask6);
  return bytes;
}

/** Bytes of kernel memory for the maps of one interface and direction, about. */
export function mapMemory(maxSources: number, cpus: number): number {
  let bytes = 0;
  for (const family of FAMILIES) {
    bytes += slotsFor(maxSources) * SLOT_SIZE +
      maxSources * (KEY_SIZE[family] + cpus * TALLY_SIZE);
  }
  return GENERATIONS.length * bytes;
}
