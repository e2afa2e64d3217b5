/** Reads the contents of files, compressed or not, in parts. */
import { type Damage, gunzip } from "../formats/gunzip.ts";
import { MAGIC } from "../formats/gzip_member.ts";

const CHUNK = 1 << 18;

/** Reads into a buffer, as `Deno.FsFile` does. */
export interface Readable {
  readSync(into: Uint8Array): number | null;
}

/**
 * The contents of a file, decompressed; gzip is known by its first bytes. A part is
 * valid until the next one is asked for.
 *
 * @param mostBytes reads no more than these
 * @throws what `readSync` throws, here or between parts
 */
export function partsOf(
  file: Readable,
  mostBytes = Infinity,
): { isGzip: boolean; parts: Iterable<Uint8Array | Damage> } {
  let left = mostBytes;
  const read = (into: Uint8Array) => {
    const length = file.readSync(into.subarray(0, Math.min(into.length, left)));
    left -= length ?? 0;
    return left === 0 && length === 0 ? null : length;
  };
  const start = new Uint8Array(MAGIC.length);
  let known = 0;
  for (let more; (more = read(start.subarray(known))) !== null;) {
    known += more;
    if (known === start.length) break;
  }
  const isGzip = MAGIC.every((byte, at) => start[at] === byte);
  const again = readAgain(start.subarray(0, known), read);
  return { isGzip, parts: isGzip ? gunzip(again) : plain(again) };
}

/** Reads the bytes of `start` first. */
export function readAgain(
  start: Uint8Array,
  read: (into: Uint8Array) => number | null,
): (into: Uint8Array) => number | null {
  let given = 0;
  return (into) => {
    if (given === start.length) return read(into);
    const part = start.subarray(given, given + into.length);
    into.set(part);
    given += part.length;
    return part.length;
  };
}

function* plain(
  read: (into: Uint8Array) => number | null,
): Generator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK);
  for (let length; (length = read(chunk)) !== null;) {
    yield chunk.subarray(0, length);
  }
}
