import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";

/** Bytes of a file, or of stdin for `-`; gzip (of any members) is inflated. */
export async function openCapture(
  file: string,
  onRead: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const readable = file === "-"
    ? Deno.stdin.readable
    : (await Deno.open(file)).readable;
  const counted = readable.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onRead(chunk.length);
        controller.enqueue(chunk);
      },
    }),
  );
  if (!file.endsWith(".gz")) return counted;
  // DecompressionStream ends after the first member; zlib reads on.
  return Readable.fromWeb(counted as never).pipe(createGunzip());
}

/**
 * Calls `take` with each line.
 *
 * @throws from the stream; the lines before were taken
 */
export async function eachLine(
  bytes: AsyncIterable<Uint8Array>,
  take: (line: string, number: number) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  for await (const chunk of bytes) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end; (end = text.indexOf("\n", from)) >= 0; from = end + 1) {
      take(text.slice(from, end), ++number);
    }
    rest = text.slice(from);
  }
  if (rest !== "") take(rest, ++number);
}
