/**
 * Hashes for tables whose keys come from the network. They get a new seed in
 * each process: a sender chooses the addresses, and must not be able to choose
 * addresses that collide.
 */

const SEED = crypto.getRandomValues(new Uint32Array(1))[0]!;

/** The multipliers of MurmurHash3's 32-bit finalizer. */
const MULTIPLIER = 0x85ebca6b, SECOND_MULTIPLIER = 0xc2b2ae35;

/**
 * Hashes `count` u32 words of `words` from index `at` on. Each word is mixed
 * with the whole finalizer of MurmurHash3, so that consecutive addresses spread
 * over a table.
 *
 * @returns a u32
 */
export function hashWords(
  words: Uint32Array,
  at: number,
  count: number,
): number {
  let h = SEED;
  for (let word = 0; word < count; word++) {
    h ^= words[at + word]!;
    h = Math.imul(h ^ (h >>> 16), MULTIPLIER);
    h = Math.imul(h ^ (h >>> 13), SECOND_MULTIPLIER);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/**
 * Hashes the bytes from index `from` up to `to`, with one multiplication for
 * each byte.
 *
 * @returns an i32: mask it to get an index
 */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let h = SEED;
  for (; from < to; from++) {
    h = Math.imul(h ^ bytes[from]!, MULTIPLIER);
    h ^= h >>> 13;
  }
  return h;
}
