import { crc32, deflateRawSync } from "node:zlib";

/**
 * A gzip member of RFC 1952 that says how long it is, in a header field of its
 * own: a reader can step from member to member, and see where a file was torn,
 * without inflating anything. Any gzip reads files of such members.
 */

const MAGIC = [0x1f, 0x8b];
const DEFLATE = 8, FLAG_EXTRA = 4, OS_UNKNOWN = 255;
/** The subfield "XT": the length of the whole member, u32. */
const SUBFIELD = [0x58, 0x54];

/** Bytes from the start of a member to the end of its length field. */
export const HEADER_SIZE = 20;
const TRAILER_SIZE = 8;

/** `data` as one member. */
export function gzipMember(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const deflated = deflateRawSync(data);
  const member = new Uint8Array(
    HEADER_SIZE + deflated.length + TRAILER_SIZE,
  );
  const view = new DataView(member.buffer);
  member.set([...MAGIC, DEFLATE, FLAG_EXTRA, 0, 0, 0, 0, 0, OS_UNKNOWN]);
  view.setUint16(10, 8, true); // XLEN
  member.set(SUBFIELD, 12);
  view.setUint16(14, 4, true);
  view.setUint32(16, member.length, true);
  member.set(deflated, HEADER_SIZE);
  const trailer = HEADER_SIZE + deflated.length;
  view.setUint32(trailer, crc32(data), true);
  view.setUint32(trailer + 4, data.length, true);
  return member;
}

/**
 * The length of the member that starts with `header`, by its own word;
 * undefined: it is not one of `gzipMember`, or it ends within the header.
 */
export function memberLength(header: Uint8Array): number | undefined {
  const isOurs = header.length >= HEADER_SIZE &&
    MAGIC.every((byte, at) => header[at] === byte) &&
    header[3] === FLAG_EXTRA &&
    SUBFIELD.every((byte, at) => header[12 + at] === byte);
  if (!isOurs) return undefined;
  return new DataView(header.buffer, header.byteOffset).getUint32(16, true);
}
