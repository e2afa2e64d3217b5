/** Reads the lines of capture files, compressed or not. */
import { createGunzip } from "node:zlib";

const CHUNK = 1 << 18;
const NEWLINE = 0x0a;

/**
 * The bytes of a file, or of stdin for `-`, decompressed if its name ends in .gz.
 * A chunk is valid until the next one is asked for.
 *
 * @param onRead called with the number of bytes of each read, before decompression
 * @throws {Error} it cannot be opened; iterating throws if it cannot be read
 */
export async function openCapture(
  file: string,
  onRead: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const chunks = file === "-"
    ? read(Deno.stdin, onRead)
    : readFile(await Deno.open(file), onRead);
  return file.endsWith(".gz") ? inflated(chunks) : chunks;
}

async function* readFile(
  file: Deno.FsFile,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  using open = file;
  yield* read(open, onRead);
}

/** Reads synchronously, which is faster: nothing else runs meanwhile. */
async function* read(
  from: { readSync(into: Uint8Array): number | null },
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK);
  for (let length; (length = from.readSync(chunk)) !== null;) {
    onRead(length);
    yield chunk.subarray(0, length);
  }
}

/**
 * Uses zlib, since DecompressionStream ends after the first gzip member. The output
 * of each chunk is yielded before the next chunk is written: an error, in which a
 * torn file ends, discards what the stream still holds.
 */
async function* inflated(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const parts: Uint8Array[] = [];
  gunzip.on("data", (part: Uint8Array) => parts.push(part));
  const end = new Promise<void>((resolve, reject) => {
    gunzip.once("end", resolve);
    gunzip.once("error", reject);
  });
  for await (const chunk of chunks) {
    const done = new Promise((resolve) => gunzip.write(chunk, resolve));
    await Promise.race([done, end]);
    yield* parts.splice(0);
  }
  gunzip.end();
  await end;
  yield* parts.splice(0);
}

/**
 * Calls `take` with the bytes of each line, valid until it returns, and the line's
 * number from 1.
 *
 * @throws what reading `bytes` throws, after the lines before it
 */
export async function eachLine(
  bytes: AsyncIterable<Uint8Array>,
  take: (line: Uint8Array, number: number) => void,
): Promise<void> {
  /** The parts of a line whose end is not read yet. */
  const begun: Uint8Array[] = [];
  let number = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, from)) >= 0; from = end + 1) {
      const line = chunk.subarray(from, end);
      take(begun.length === 0 ? line : joined([...begun, line]), ++number);
      begun.length = 0;
    }
    if (from < chunk.length) begun.push(chunk.slice(from));
  }
  if (begun.length > 0) take(joined(begun), ++number);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
