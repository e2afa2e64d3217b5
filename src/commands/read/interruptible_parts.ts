/** Reads files in parts, and lets a signal end that at any moment. */
import type { Damage } from "../../formats/gunzip.ts";
import { MAGIC } from "../../formats/gzip_member.ts";
import type { StopRequest } from "../../process/stop_request.ts";
import { partsOf, readAgain } from "../file_parts.ts";

/** Standard input. */
export const STDIN = "-";

const CHUNK = 1 << 18;
/** Milliseconds without a look for signals. */
const PATIENCE = 50;

type Input = Pick<Deno.FsFile, "read" | "readSync">;

/**
 * The contents of a file, decompressed; none any more once the end is requested. A
 * part is valid until the next one is asked for.
 *
 * Regular files are read synchronously, which is faster. Whoever writes to a pipe may
 * pause, so what comes through one is waited for; but not if it is compressed: then
 * a signal is seen when there are more bytes.
 *
 * @param path `-` is standard input
 * @throws {Error} it cannot be opened or read
 */
export async function* interruptibleParts(
  path: string,
  stop: StopRequest,
): AsyncGenerator<Uint8Array | Damage> {
  if (path === STDIN) return yield* partsOfStream(Deno.stdin, stop);
  // Opening a FIFO waits for its writer, and no signal ends that.
  using file = await Deno.open(path);
  if (!file.statSync().isFile) return yield* partsOfStream(file, stop);
  yield* withLooks(partsOf(file).parts, stop);
}

/** Looks for signals now and then. */
async function* withLooks(
  parts: Iterable<Uint8Array | Damage>,
  stop: StopRequest,
): AsyncGenerator<Uint8Array | Damage> {
  let looked = performance.now();
  for (const part of parts) {
    yield part;
    if (performance.now() - looked > PATIENCE) {
      await stop.sleepUntil(0);
      looked = performance.now();
    }
    if (stop.isRequested) return;
  }
}

async function* partsOfStream(
  input: Input,
  stop: StopRequest,
): AsyncGenerator<Uint8Array | Damage> {
  const chunk = new Uint8Array(CHUNK);
  const read = (into: Uint8Array) => orStopped(input.read(into), stop);
  let known = 0;
  while (known < MAGIC.length) {
    const more = await read(chunk.subarray(known));
    if (more === undefined) return;
    if (more === null) break;
    known += more;
  }
  const first = chunk.subarray(0, known);
  if (MAGIC.every((byte, at) => first[at] === byte)) {
    const again = readAgain(first.slice(), (into) => input.readSync(into));
    return yield* withLooks(partsOf({ readSync: again }).parts, stop);
  }
  yield first;
  for (let length; (length = await read(chunk)) != null;) {
    yield chunk.subarray(0, length);
  }
}

/** What `work` comes to; undefined: the end was requested before. */
async function orStopped<T>(
  work: Promise<T>,
  stop: StopRequest,
): Promise<T | undefined> {
  let result: T | undefined;
  const done = work.then((value) => void (result = value));
  const isDone = await stop.orGiveUp(done, 0, Infinity, () => 0);
  return isDone ? result : undefined;
}
