import { ADDRESS_SIZE, FAMILIES, type Family } from "../address.ts";
import { BYS, type Keying, keySize } from "../key.ts";

/**
 * The names and sizes of bpf/xdptally.h and the maps of bpf/xdptally.bpf.c.
 * `LoadedObject` compares the sizes with those of the maps that were loaded.
 */

/** The object's name; libbpf puts it in front of `.rodata` and `.bss`. */
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
  words: 13,
} as const;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps that count sources, by family and generation. */
export const SOURCE_MAPS: Record<Family, readonly [string, string]> = {
  ipv4: ["sources4_0", "sources4_1"],
  ipv6: ["sources6_0", "sources6_1"],
};

/** The maps that hold the networks of a filter. */
export const NETWORK_MAPS: Record<Family, string> = {
  ipv4: "networks4",
  ipv6: "networks6",
};

/** struct constants. */
export interface Constants {
  readonly hasFragments: boolean;
  readonly isLayer3: boolean;
  /** Of the tc program: frames that go out. */
  readonly isEgress: boolean;
  readonly keying: Keying;
  readonly filter: { readonly keepsRest: boolean } | undefined;
}

/** The program's constants, as bytes. */
export function constants(
  { hasFragments, isLayer3, isEgress, keying, filter }: Constants,
): Uint8Array<ArrayBuffer> {
  const words = Uint32Array.of(
    Number(hasFragments),
    Number(isLayer3),
    Number(isEgress),
    BYS.indexOf(keying.by),
    Number(filter !== undefined),
    Number(filter?.keepsRest ?? true),
    ...new Array(5).fill(0),
  );
  const bytes = new Uint8Array(words.buffer);
  bytes.set(maskOf("ipv4", keying), 24);
  bytes.set(maskOf("ipv6", keying), 28);
  return bytes;
}

/** The bits of an address that count, as an address. */
function maskOf(family: Family, { prefix }: Keying): Uint8Array {
  return Uint8Array.from(
    { length: ADDRESS_SIZE[family] },
    (_, at) => 0xff00 >> Math.min(8, Math.max(0, prefix[family] - at * 8)),
  );
}

/**
 * What the maps of one interface take in the kernel, in bytes, about: a
 * preallocated per-CPU hash has for each entry its bucket, its element and a
 * counter pair per possible CPU. @see kernel/bpf/hashtab.c
 */
export function mapMemory(
  maxSources: number,
  cpus: number,
  keying: Keying,
): number {
  const BUCKET = 16;
  const ELEMENT = 48 + 8; // struct htab_elem, and the pointer behind the key
  let bytes = 0;
  for (const family of FAMILIES) {
    const buckets = 2 ** Math.ceil(Math.log2(maxSources));
    bytes += GENERATIONS.length *
      (buckets * BUCKET +
        maxSources *
          (ELEMENT + Math.ceil(keySize(family, keying) / 8) * 8 +
            cpus * TALLY_SIZE));
  }
  return bytes;
}
