/** Finds out whether a file is a capture, and where its whole records end. */
import { writeAll } from "../basics/write_all.ts";
import type { Format } from "../formats/format.ts";
import {
  HEADER_SIZE,
  isMemberStart,
  LEAST_LENGTH,
  memberHead,
  memberLength,
} from "../formats/gzip_member.ts";

/** Bytes that are read at once. */
const CHUNK = 65_536;

/** The file is not a capture: it has other data. */
class OtherData extends Error {
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
    const isWrong = length === undefined
      ? size - at >= HEADER_SIZE
      : length < LEAST_LENGTH;
    if (isWrong) {
      throw new OtherData(
        "it has something else between xdptally's gzip members",
      );
    }
    if (length === undefined || at + length > size) return at;
    at += length;
  }
}

/** Bytes at the beginning of a file, by which a format knows its files. */
const HEAD = 4096;

/**
 * Checks that a file is empty or has records of a format: another file would be
 * spoiled.
 *
 * @param isGzip they are in gzip members
 * @throws {OtherData}
 */
export function requireHead(
  file: Deno.FsFile,
  { name, isHead }: Pick<Format, "name" | "isHead">,
  isGzip = false,
): void {
  const { size } = file.statSync();
  if (size === 0) return;
  const start = readAt(file, 0, Math.min(size, HEAD));
  const isOurs = !isGzip || isMemberStart(start);
  const head = isGzip && isOurs ? memberHead(start) : start;
  if (isOurs && isHead(new TextDecoder().decode(head))) return;
  throw new OtherData(`it has something else than xdptally's ${name}`);
}

/** Appends the bytes from `whole` up to `size` to `torn`, and cuts them off the file. */
export function moveEnd(
  file: Deno.FsFile,
  whole: number,
  size: number,
  torn: Deno.FsFile,
): void {
  using _ = torn;
  for (let at = whole; at < size;) {
    const part = readAt(file, at, Math.min(size - at, CHUNK));
    writeAll(torn, part);
    at += part.length;
  }
  file.truncateSync(whole);
}

/** Up to `length` bytes at an offset; fewer at the end of the file. */
function readAt(
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
