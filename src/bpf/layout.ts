import { ADDRESS_SIZE, FAMILIES, type Family } from "../basics/address.ts";
import { BYS, type Keying, MOST_SOURCES } from "../basics/keys.ts";
import { prefixMask } from "../basics/prefix.ts";
import type { Cpus } from "./cpus.ts";

/**
 * The names and sizes of bpf/xdptally.h, and the maps of bpf/books.h and sources.h.
 * `LoadedObject` compares the sizes with those of the maps that were loaded.
 */

/** The object's name; libbpf puts it in front of `.rodata` and `.data`. */
export const OBJECT_NAME = "xdptally";
/** The programs, by the hook that they are for. */
export const PROGRAMS = { xdp: "xdptally", tc: "xdptally_tc" } as const;
export type Hook = keyof typeof PROGRAMS;

/** struct tally: packets, bytes. */
export const TALLY_SIZE = 16;

/** struct totals, in u64 words. */
export const TOTALS = {
  total: 0,
  untracked: 2,
  nonIp: 4,
  malformed: 6,
  filtered: 8,
  full: 10,
  noMemory: 11,
  busy: 12,
  /** Two lines of a cache. */
  words: 16,
  size: 128,
} as const;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps of a family's sources, see bpf/sources.h. */
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

/** A slot of an index. */
export const SLOT_SIZE = 8;
/** How many ids are used, a u32: values are multiples of eight bytes apart. */
export const USED_SIZE = 8;
/** struct key4 and key6: the address, and behind it the detail. */
export const KEY_SIZE: Record<Family, number> = { ipv4: 8, ipv6: 24 };

/** Bits of an id; the rest of a slot's word is its era. */
const ID_BITS = Math.log2(MOST_SOURCES);
/** Eras go from the first to the last, and begin anew. 0 is in unused slots. */
export const FIRST_ERA = 1, LAST_ERA = 2 ** (32 - ID_BITS) - 1;

/** Slots of an index: at most half of them are taken. */
export function slotsFor(maxSources: number): number {
  return 2 ** Math.ceil(Math.log2(maxSources) + 1);
}

/** The maps that hold the networks of a filter. */
export const NETWORK_MAPS: Record<Family, string> = {
  ipv4: "networks4",
  ipv6: "networks6",
};

/** struct constants. */
interface Constants {
  /** So that nobody can choose addresses that collide. */
  readonly seed: bigint;
  readonly maxSources: number;
  readonly cpus: Cpus;
  readonly hasFragments: boolean;
  readonly isLayer3: boolean;
  /** Of the tc program: frames that go out. */
  readonly isEgress: boolean;
  readonly keying: Keying;
  readonly filter: { readonly keepsRest: boolean } | undefined;
}

/** The program's constants, as bytes. */
export function constants(
  {
    seed,
    maxSources,
    cpus,
    hasFragments,
    isLayer3,
    isEgress,
    keying,
    filter,
  }: Constants,
): Uint8Array<ArrayBuffer> {
  const words = Uint32Array.of(
    Number(seed & 0xffffffffn),
    Number(seed >> 32n),
    maxSources,
    slotsFor(maxSources),
    cpus.present,
    cpus.possible,
    Number(hasFragments),
    Number(isLayer3),
    Number(isEgress),
    BYS.indexOf(keying.by),
    Number(filter !== undefined),
    Number(filter?.keepsRest ?? true),
    ...new Array(6).fill(0), // the masks, and what the struct is aligned by
  );
  const bytes = new Uint8Array(words.buffer);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv4, keying.prefix.ipv4), 48);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv6, keying.prefix.ipv6), 52);
  return bytes;
}

/** What the maps of one interface take in the kernel, in bytes, about. */
export function mapMemory(maxSources: number, cpus: number): number {
  let bytes = 0;
  for (const family of FAMILIES) {
    bytes += slotsFor(maxSources) * SLOT_SIZE +
      maxSources * (KEY_SIZE[family] + cpus * TALLY_SIZE);
  }
  return GENERATIONS.length * bytes;
}
