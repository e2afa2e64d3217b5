/** Checksums of what records say, to tell copies from records that differ. */
import { crc32 } from "node:zlib";
import type { JsonCount } from "./counts.ts";

const JSON_LINES = 2, CSV = 3;

/**
 * Mixes a value into a hash. It is the same in each process: where records differ,
 * it decides which one counts.
 *
 * @param hash of the values before; 0 at first
 * @returns an i32
 */
export function mixed(hash: number, value: JsonCount): number {
  if (typeof value === "string") return mixed(hash, crc32(value));
  let h = Math.imul(hash ^ value, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13 ^ value / 2 ** 32, 0xc2b2ae35);
  return h ^ h >>> 16;
}

/** The checksum of a record from its hash: 30 bits of it, and two that say what it is from. */
export function recordHash(hash: number, isCsv: boolean): number {
  return (hash << 2 | (isCsv ? CSV : JSON_LINES)) >>> 0;
}

/** Whether both are from the same kind of file: CSV lacks a part of a record. */
export function areComparable(a: number, b: number): boolean {
  return ((a ^ b) & CSV) === 0;
}
