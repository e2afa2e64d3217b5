/** Compresses records so that a reader finds where a file was cut off. */
import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";

export const MAGIC = [0x1f, 0x8b] as const;
export const DEFLATE = 8;
const FLAG_EXTRA = 4, OS_UNKNOWN = 255;
/** The extra subfield "XT": length of the whole member, u32. */
const SUBFIELD = [0x58, 0x54, 4, 0];
const EXTRA_LENGTH = [8, 0];
/** What each member begins with, up to its length. */
const START = [
  ...[...MAGIC, DEFLATE, FLAG_EXTRA, 0, 0, 0, 0, 0, OS_UNKNOWN],
  ...EXTRA_LENGTH,
  ...SUBFIELD,
];

/** Bytes from the start of a member to the end of its length field. */
export const HEADER_SIZE = 20;
/** Bytes of its checksum and its length, which are not all zero. */
export const TRAILER_SIZE = 8;
/** Bytes of the shortest member; a length below leads nowhere. */
export const LEAST_LENGTH = HEADER_SIZE + TRAILER_SIZE;

/**
 * Compresses `data` into one gzip member with its own length in an extra field
 * of the header. A reader can thus step from member to member, and find where a
 * file was cut off, without inflating. Any gzip reads files of such members.
 *
 * @see RFC 1952, sections 2.2 and 2.3.1.1
 *
 * @example
 * const member = gzipMember(new TextEncoder().encode("{}\n"));
 * memberLength(member) === member.length; // true
 */
export function gzipMember(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const deflated = deflateRawSync(data);
  const member = new Uint8Array(
    HEADER_SIZE + deflated.length + TRAILER_SIZE,
  );
  const view = new DataView(member.buffer);
  member.set(START);
  view.setUint32(16, member.length, true);
  member.set(deflated, HEADER_SIZE);
  const trailer = HEADER_SIZE + deflated.length;
  view.setUint32(trailer, crc32(data), true);
  view.setUint32(trailer + 4, data.length, true);
  return member;
}

/**
 * Reads the length of a member from its header.
 *
 * @param header at least HEADER_SIZE bytes of the member
 * @returns bytes; undefined: `gzipMember` did not write it, or it is cut off
 */
export function memberLength(header: Uint8Array): number | undefined {
  if (!isHeader(header)) return undefined;
  return new DataView(header.buffer, header.byteOffset).getUint32(16, true);
}

/** Whether a member that `gzipMember` wrote begins with these bytes. */
export function isHeader(header: Uint8Array): boolean {
  return header.length >= HEADER_SIZE && isMemberStart(header);
}

/** Whether bytes, perhaps few, begin as a member does. */
export function isMemberStart(bytes: Uint8Array): boolean {
  return START.every((byte, at) => (bytes[at] ?? byte) === byte);
}

/** How many bytes at the beginning are those of a member, before its length. */
export function memberStartLength(bytes: Uint8Array): number {
  const differs = START.findIndex((byte, at) => bytes[at] !== byte);
  return differs < 0 ? START.length : differs;
}

/**
 * The data at the beginning of a member, as much as its first bytes have.
 *
 * @param start of the member; may end anywhere
 */
export function memberHead(start: Uint8Array): Uint8Array {
  if (start.length <= HEADER_SIZE) return new Uint8Array();
  const finishFlush = constants.Z_SYNC_FLUSH; // the rest is missing
  return inflateRawSync(start.subarray(HEADER_SIZE), { finishFlush });
}
