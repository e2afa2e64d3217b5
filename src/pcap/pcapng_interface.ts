/** Reads what a pcapng file says of an interface. */
import { DamagedCapture } from "./damage.ts";
import type { CapturedInterface } from "./packet.ts";
import { type SetTime, timeSetter } from "./time_units.ts";

/** An interface, and what its packets are read with. */
export interface PcapngInterface extends CapturedInterface {
  /** The most bytes that are captured of a packet; 0: no limit. */
  readonly mostKept: number;
  readonly setTime: SetTime;
}

/** Options, by their codes; others do not matter here. */
const END = 0, NAME = 2, RESOLUTION = 9, CHECKSUM = 13, OFFSET = 14;
const MICROSECONDS = 6;
const FIXED = 8;

/**
 * Reads the body of an interface description block, between `from` and `to`.
 *
 * @throws {DamagedCapture}
 * @see draft-ietf-opsawg-pcapng, section 4.2
 */
export function pcapngInterface(
  view: DataView,
  from: number,
  to: number,
  isLittleEndian: boolean,
  index: number,
): PcapngInterface {
  if (to - from < FIXED) {
    throw new DamagedCapture("an interface without a link type");
  }
  let name: string | undefined;
  let checksumBytes = 0, resolution = MICROSECONDS, offset = 0;
  for (let at = from + FIXED; at + 4 <= to;) {
    const code = view.getUint16(at, isLittleEndian);
    const length = view.getUint16(at + 2, isLittleEndian);
    if (code === END) break;
    at += 4;
    if (at + length > to) {
      throw new DamagedCapture("an interface whose options do not fit");
    }
    if (code === NAME) {
      name = new TextDecoder().decode(
        new Uint8Array(view.buffer, view.byteOffset + at, length),
      );
    } else if (code === RESOLUTION && length >= 1) {
      resolution = view.getUint8(at);
    } else if (code === CHECKSUM && length >= 1) {
      checksumBytes = bytesOfChecksum(view.getUint8(at));
    } else if (code === OFFSET && length >= 8) {
      offset = Number(view.getBigInt64(at, isLittleEndian));
    }
    at += length + 3 & ~3;
  }
  return {
    index,
    name,
    linkType: view.getUint16(from, isLittleEndian),
    checksumBytes,
    mostKept: view.getUint32(from + 4, isLittleEndian),
    setTime: timeSetter(resolution, offset),
  };
}

/**
 * The draft does not say whether the length is in bits or bytes: a frame's checksum
 * has at most four bytes, so larger numbers are bits. What is neither is not believed.
 */
function bytesOfChecksum(length: number): number {
  const MOST = 4;
  if (length <= MOST) return length;
  return length % 8 === 0 && length / 8 <= MOST ? length / 8 : 0;
}
