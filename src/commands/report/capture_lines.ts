import { createGunzip } from "node:zlib";

const CHUNK = 1 << 18;
const NEWLINE = 0x0a;

/**
 * Bytes of a file, or of stdin for `-`; gzip (of any members) is inflated. What
 * is returned is good until the next is asked for.
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

/** Synchronous: there is nothing else to do meanwhile. */
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
 * DecompressionStream ends after the first member; zlib reads on. What a chunk
 * holds is taken out before the next is put in: an error drops what is still in
 * the stream, and a torn file ends in one.
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
    const taken = new Promise((resolve) => gunzip.write(chunk, resolve));
    await Promise.race([taken, end]);
    yield* parts.splice(0);
  }
  gunzip.end();
  await end;
  yield* parts.splice(0);
}

/**
 * Calls `take` with the bytes of each line; they are good until it returns.
 *
 * @throws from the stream; the lines before were taken
 */
export async function eachLine(
  bytes: AsyncIterable<Uint8Array>,
  take: (line: Uint8Array, number: number) => void,
): Promise<void> {
  /** The line that has not ended. */
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
