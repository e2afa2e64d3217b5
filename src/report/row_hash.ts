/**
 * Checksums of the rows of a record, which are the same for every order of the rows
 * and in each process.
 */
import { crc32 } from "node:zlib";
import type { JsonCount } from "./counts.ts";

/** The multipliers of MurmurHash3's 32-bit finalizer, and a prime near 2^32 / phi. */
const MULTIPLIER = 0x85ebca6b, SECOND_MULTIPLIER = 0xc2b2ae35;
const BYTES = 0x9e3779b1;

/**
 * Mixes a value into a hash.
 *
 * @param hash of the values before; 0 at first
 * @returns an i32
 */
export function mixed(hash: number, value: JsonCount): number {
  if (typeof value === "string") return mixed(hash, crc32(value));
  let h = Math.imul(hash ^ value, MULTIPLIER);
  h = Math.imul(h ^ h >>> 13 ^ value / 2 ** 32, SECOND_MULTIPLIER);
  return h ^ h >>> 16;
}

/** Mixes the next character of a key into the hash of those before; 0 at first. */
export function mixedCharacter(hash: number, code: number): number {
  return Math.imul(hash ^ code, MULTIPLIER) + code | 0;
}

/** The hash of a key, when all its characters are mixed. @returns an i32 */
export function keyHash(hash: number): number {
  const h = Math.imul(hash ^ hash >>> 16, SECOND_MULTIPLIER);
  return h ^ h >>> 13;
}

/** Sums over the rows of a record, in whatever order. */
export interface RowSums {
  /** A sum of hashes: it tells records apart. An i32. */
  readonly hash: number;
  /**
   * A sum that is linear in the counts: those of the ticks of a run add up to that
   * of its end record, mod 2^32. An i32.
   */
  readonly linear: number;
}

/** What a row adds to `hash` of the rows. @param key the hash of its key */
export function rowHash(
  key: number,
  packets: JsonCount,
  bytes: JsonCount,
): number {
  return mixed(mixed(key, packets), bytes);
}

/** What a row adds to `linear` of the rows. @param key the hash of its key */
export function rowLinear(
  key: number,
  packets: JsonCount,
  bytes: JsonCount,
): number {
  const sum = low(packets) + Math.imul(low(bytes), BYTES);
  return Math.imul(key, sum);
}

/** A count mod 2^32. */
function low(count: JsonCount): number {
  return typeof count === "number"
    ? count | 0
    : Number(BigInt.asIntN(32, BigInt(count)));
}
