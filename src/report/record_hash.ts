/**
 * Checksums of what records say, to tell copies from records that differ. They are
 * the same for JSON Lines and CSV, for every order of fields and rows, and in each
 * process: where records differ, they decide which one counts.
 */
import { VERDICTS } from "../basics/keys.ts";
import {
  type ClassCounts,
  PACKET_CLASSES,
  type SourceCount,
} from "./capture_record.ts";
import {
  keyHash,
  mixed,
  mixedCharacter,
  rowHash,
  rowLinear,
  type RowSums,
} from "./row_hash.ts";

/** The checksum of a record from its hash: a u32 that is not 0. */
export function recordHash(hash: number): number {
  return hash >>> 0 || 1;
}

/** The sums over rows whose keys are texts. */
export function rowSums(rows: readonly SourceCount[]): RowSums {
  let hash = 0, linear = 0;
  for (const { key, packets, bytes } of rows) {
    const ofKey = textHash(key);
    hash = hash + rowHash(ofKey, packets, bytes) | 0;
    linear = linear + rowLinear(ofKey, packets, bytes) | 0;
  }
  return { hash, linear };
}

function textHash(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) {
    hash = mixedCharacter(hash, key.charCodeAt(at));
  }
  return keyHash(hash);
}

/** Mixes the times and the counts of a record, and a hash of the rest. */
export function windowHash(
  start: number,
  end: number,
  counts: ClassCounts,
  rest: number,
): number {
  let hash = mixed(mixed(rest, start), end);
  for (const name of PACKET_CLASSES) {
    const { packets, bytes } = counts[name];
    hash = mixed(mixed(hash, packets), bytes);
  }
  for (const name of VERDICTS) {
    const { packets = 0, bytes = 0 } = counts[name] ?? {};
    // A format may leave out verdicts that did not occur.
    if (packets !== 0) hash = mixed(mixed(mixed(hash, name), packets), bytes);
  }
  return hash;
}
