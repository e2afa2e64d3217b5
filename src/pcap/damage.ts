/** What ends the reading of a capture file early. */

/** Where a capture file cannot be read any further, and why. */
export interface CaptureDamage {
  /** Offset in the file: of the record, or where it was noticed in gzip's data. */
  readonly at: number;
  /** `a packet of 3000000000 bytes` */
  readonly why: string;
}

/** Thrown at the start of a record that cannot be read; its message says why. */
export class DamagedCapture extends Error {
  override readonly name = "DamagedCapture";
}

/**
 * Longer packets are damage, bytes: libpcap and Wireshark do not read them either,
 * for any link type that can be read here. A lower bound finds damage sooner.
 */
export const LONGEST_PACKET = 262_144;

/**
 * Nothing longer was on a wire or in a kernel, bytes: packets are merged up to 512 KiB.
 * A length of the wire is a number of the file alone: without a bound it could be any.
 */
const LONGEST_ON_WIRE = 1_048_576;

/**
 * The bytes that a packet had on the wire.
 *
 * @param kept how many of them the file has: there were no fewer
 * @throws {DamagedCapture}
 */
export function lengthOnWire(length: number, kept: number): number {
  if (length <= LONGEST_ON_WIRE) return Math.max(length, kept);
  throw new DamagedCapture(`a packet that had ${length} bytes`);
}
