/** Finds out whether a file is a capture, and where its whole records end. */
import { writeAll } from "../basics/write_all.ts";
import type { Format } from "../formats/format.ts";
import { MAX_LINE } from "../formats/line_limit.ts";
import {
  HEADER_SIZE,
  isMemberStart,
  LEAST_LENGTH,
  memberHead,
  memberLength,
  memberStartLength,
  TRAILER_SIZE,
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
 * @param from up to there the records are known to be whole
 * @throws {OtherData} it has something else than records
 */
export function wholeSize(
  file: Deno.FsFile,
  size: number,
  isGzip: boolean,
  from = 0,
): number {
  const whole = isGzip
    ? wholeMembers(file, size, from)
    : wholeLines(file, size);
  if (size - whole <= MAX_LINE) return whole;
  // A file with a hole may be of any size, and take no room.
  throw new OtherData("its end is longer than any record");
}

/** The offset after the last newline; the end of the file is looked through, not more. */
function wholeLines(file: Deno.FsFile, size: number): number {
  const least = Math.max(0, size - MAX_LINE - CHUNK);
  for (let end = size; end > least; end -= Math.min(end, CHUNK)) {
    const start = Math.max(0, end - CHUNK);
    const newline = readAt(file, start, end - start).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

/** The offset after the last whole gzip member. */
function wholeMembers(file: Deno.FsFile, size: number, from: number): number {
  let chunk: Uint8Array = new Uint8Array();
  let chunkAt = from;
  let last = from;
  for (let at = from;;) {
    if (at === size) return at;
    const wanted = Math.min(HEADER_SIZE, size - at);
    if (at < chunkAt || at + wanted > chunkAt + chunk.length) {
      chunk = readAt(file, at, Math.min(CHUNK, size - at));
      chunkAt = at;
    }
    const header = chunk.subarray(at - chunkAt, at - chunkAt + wanted);
    const length = memberLength(header);
    const isWrong = length === undefined
      ? wanted === HEADER_SIZE || header.length < wanted
      : length < LEAST_LENGTH;
    if (isWrong) {
      if (isZeroFrom(file, at, size)) {
        // Of the last member, too, the end may not have reached the disk.
        return at > last && isZeroFrom(file, at - TRAILER_SIZE, at) ? last : at;
      }
      throw new OtherData(
        "it has something else between xdptally's gzip members",
      );
    }
    if (length === undefined || at + length > size) return at;
    last = at;
    at += length;
  }
}

/** Whether the end of a file is what a power loss leaves: zeros, behind a begun member. */
function isZeroFrom(file: Deno.FsFile, at: number, size: number): boolean {
  if (size - at > MAX_LINE) return false;
  for (let from = at; from < size; from += CHUNK) {
    const part = readAt(file, from, Math.min(CHUNK, size - from));
    const start = from === at ? memberStartLength(part) : 0;
    if (part.length === 0 || part.subarray(start).some((byte) => byte !== 0)) {
      return false;
    }
  }
  return true;
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
  { name, title = name, isHead }: Pick<Format, "name" | "title" | "isHead">,
  isGzip = false,
): void {
  const { size } = file.statSync();
  if (size === 0) return;
  const start = readAt(file, 0, Math.min(size, HEAD));
  const isOurs = !isGzip || isMemberStart(start);
  const head = isGzip && isOurs ? memberHead(start) : start;
  if (isOurs && isHead(new TextDecoder().decode(head))) return;
  throw new OtherData(`it has something else than xdptally's ${title}`);
}

/** Appends the bytes from `whole` up to `size` to `torn`, and cuts them off the file. */
export function moveEnd(
  file: Deno.FsFile,
  whole: number,
  size: number,
  torn: Deno.FsFile,
): void {
  using _ = torn;
  // Whoever owns the file could have its end moved again and again.
  if (torn.statSync().size > MAX_LINE) {
    throw new Error("FILE.torn is full; move it away");
  }
  file.truncateSync(size); // fails where the end could not be cut off later
  for (let at = whole; at < size;) {
    const part = readAt(file, at, Math.min(size - at, CHUNK));
    if (part.length === 0) throw new Error("somebody else has cut it");
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
