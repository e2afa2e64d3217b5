/** What user space and the BPF program share: names, sizes and offsets. */
import { ADDRESS_SIZE, FAMILIES, type Family } from "../basics/address.ts";
import { BYS, type Keying, MOST_SOURCES } from "../basics/keys.ts";
import { prefixMask } from "../basics/prefix.ts";
import type { Cpus } from "./cpus.ts";

/** The object's name; libbpf puts it in front of `.rodata` and `.data`. */
export const OBJECT_NAME = "xdptally";
/** The programs of the object, of which one is loaded; `make` compares them. */
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
    isLayer3: 28,
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
  key_by: Object.fromEntries(
    BYS.map((
      by,
      value,
    ) => [`KEY_${by.toUpperCase().replace(",", "_")}`, value]),
  ),
};

/** Bytes of a tally: packets and bytes, both u64. */
export const TALLY_SIZE = STRUCTS.tally.size;

/** Where the class totals are in struct totals, in u64 words. */
export const TOTALS = {
  total: STRUCTS.totals.total / 8,
  untracked: STRUCTS.totals.untracked / 8,
  nonIp: STRUCTS.totals.nonIp / 8,
  malformed: STRUCTS.totals.malformed / 8,
  filtered: STRUCTS.totals.filtered / 8,
  full: STRUCTS.totals.full / 8,
  noMemory: STRUCTS.totals.noMemory / 8,
  busy: STRUCTS.totals.busy / 8,
  words: STRUCTS.totals.size / 8,
} as const;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps of a family's table of sources, see bpf/sources.h. */
export const SOURCE_MAPS = {
  ipv4: {
    index: "index4",
    keys: "keys4",
    tallies: "tallies4",
    used: "used4",
  },
  ipv6: {
    index: "index6",
    keys: "keys6",
    tallies: "tallies6",
    used: "used6",
  },
} as const satisfies Record<Family, Record<string, string>>;

/** Bytes of an index's slot. */
export const SLOT_SIZE = 8;
/** Bytes of a count of used ids: a u32, and array values are 8 bytes apart. */
export const USED_SIZE = 8;
/** Bytes of a key in the kernel's table; the detail is behind the address. */
export const KEY_SIZE: Record<Family, number> = {
  ipv4: STRUCTS.key4.size,
  ipv6: STRUCTS.key6.size,
};

/** Eras go from the first to the last, then begin again; 0 is never one. */
export const FIRST_ERA = 1, LAST_ERA = 2 ** (32 - ID_BITS) - 1;

/** Slots of an index, a power of two, of which at most half are taken. */
export function slotsFor(maxSources: number): number {
  return 2 ** Math.ceil(Math.log2(maxSources) + 1);
}

/** The maps that hold the networks of a filter. */
export const NETWORK_MAPS: Record<Family, string> = {
  ipv4: "networks4",
  ipv6: "networks6",
};

/** What the program's constants are made of. */
interface Constants {
  /** Of the hash, random for each load: nobody can choose addresses that collide. */
  readonly seed: bigint;
  readonly maxSources: number;
  readonly cpus: Cpus;
  readonly hasFragments: boolean;
  readonly isLayer3: boolean;
  /** The tc program counts frames that go out. */
  readonly isEgress: boolean;
  readonly keying: Keying;
  readonly filter: { readonly keepsRest: boolean } | undefined;
}

/** struct constants, as bytes. */
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
  set(at.isLayer3, of.isLayer3);
  set(at.isEgress, of.isEgress);
  set(at.keyBy, BYS.indexOf(keying.by));
  set(at.hasFilter, filter !== undefined);
  set(at.keepsRest, filter?.keepsRest ?? true);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv4, keying.prefix.ipv4), at.mask4);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv6, keying.prefix.ipv6), at.mask6);
  return bytes;
}

/** About how many bytes of kernel memory the maps of one interface take. */
export function mapMemory(maxSources: number, cpus: number): number {
  let bytes = 0;
  for (const family of FAMILIES) {
    bytes += slotsFor(maxSources) * SLOT_SIZE +
      maxSources * (KEY_SIZE[family] + cpus * TALLY_SIZE);
  }
  return GENERATIONS.length * bytes;
}
