import { ADDRESS_SIZE, FAMILIES, type Family } from "../address.ts";

/**
 * The names and sizes of bpf/xdptally.h and the maps of bpf/xdptally.bpf.c.
 * `LoadedObject` compares the sizes with those of the maps that were loaded.
 */

/** The object's name; libbpf puts it in front of `.rodata` and `.bss`. */
export const OBJECT_NAME = "xdptally";
export const PROGRAM_NAME = "xdptally";

/** struct tally: packets, bytes. */
export const TALLY_SIZE = 16;

/** struct totals, in u64 words. */
export const TOTALS = {
  total: 0,
  untracked: 2,
  nonIp: 4,
  malformed: 6,
  full: 8,
  noMemory: 9,
  busy: 10,
  words: 11,
} as const;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps that count sources, by family and generation. */
export const SOURCE_MAPS: Record<Family, readonly [string, string]> = {
  ipv4: ["sources4_0", "sources4_1"],
  ipv6: ["sources6_0", "sources6_1"],
};

/** The program's constants: has_frags, is_layer3 (u32 each). */
export function constants(
  hasFrags: boolean,
  isLayer3: boolean,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Uint32Array.of(Number(hasFrags), Number(isLayer3)).buffer,
  );
}

/**
 * What the maps of one interface take in the kernel, in bytes, about: a
 * preallocated per-CPU hash has for each entry its bucket, its element and a
 * counter pair per possible CPU. @see kernel/bpf/hashtab.c
 */
export function mapMemory(maxSources: number, cpus: number): number {
  const BUCKET = 16;
  const ELEMENT = 48 + 8; // struct htab_elem, and the pointer behind the key
  let bytes = 0;
  for (const family of FAMILIES) {
    const buckets = 2 ** Math.ceil(Math.log2(maxSources));
    bytes += GENERATIONS.length *
      (buckets * BUCKET +
        maxSources *
          (ELEMENT + Math.max(8, ADDRESS_SIZE[family]) + cpus * TALLY_SIZE));
  }
  return bytes;
}
