/** Finds where the whole records of a capture end. */
import { HEADER_SIZE, memberLength } from "../formats/gzip_member.ts";

/** Bytes that are read at once. */
export const CHUNK = 65_536;

/** The file is not a capture: it has other data. */
export class OtherData extends Error {
  override readonly name = "OtherData";
}

/**
 * The size of the whole records at the beginning of a file.
 *
 * @throws {OtherData} it is to have gzip members, but has something else
 */
export function wholeSize(
  file: Deno.FsFile,
  size: number,
  isGzip: boolean,
): number {
  return isGzip ? wholeMembers(file, size) : wholeLines(file, size);
}

/** The offset after the last newline. */
function wholeLines(file: Deno.FsFile, size: number): number {
  for (let end = size; end > 0; end -= Math.min(end, CHUNK)) {
    const start = Math.max(0, end - CHUNK);
    const newline = readAt(file, start, end - start).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

/** The offset after the last whole gzip member.*/
function wholeMembers(file: Deno.FsFile, size: number): number {
  for (let at = 0;;) {
    if (at === size) return at;
    const length = memberLength(
      readAt(file, at, Math.min(HEADER_SIZE, size - at)),
    );
    if (length === undefined && size - at >= HEADER_SIZE) {
      throw new OtherData("not an xdptally capture");
    }
    if (length === undefined || at + length > size) return at;
    at += length;
  }
}

/** Up to `length` bytes at an offset; fewer at the end of the file. */
export function readAt(
  file: Deno.FsFile,
  at: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(at, Deno.SeekMode.Start);
  let read = 0;
  while (read < length) {
    const more = file.readSync(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  return bytes.subarray(0, read);
}
