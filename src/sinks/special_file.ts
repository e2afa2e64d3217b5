/** Opens FIFOs and devices as streams. */
import { call, ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { type Descriptor, FileError } from "../files/descriptor.ts";
import type { FileAccess } from "../files/file_access.ts";
import { ReaderGone, Stream, writable, type Writer } from "./stream.ts";

/**
 * The FIFO or device at `path`, which is opened without blocking the process: a
 * thread that waits in open(2) or write(2) could not be ended.
 */
export function openSpecial(path: string, access: FileAccess): Stream {
  const open = async (): Promise<Writer> => {
    for (;;) {
      const file = access.openStream(path);
      if (file !== undefined) return { write: (bytes) => writeTo(file, bytes) };
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  };
  return new Stream(`"${path}"`, open, () => access.requireStream(path));
}

/** Milliseconds between two looks for a reader of a FIFO. */
const LOOK_AGAIN = 100;

/** @returns the number of bytes that were written @see write(2) */
async function writeTo(
  { number }: Descriptor,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const write = () => call(libc, "write", number, bytes, BigInt(bytes.length));
  const written = rescue(write, (error) => {
    if (error.errno === ERRNO.EPIPE) throw new ReaderGone();
    if (error.errno === ERRNO.EAGAIN) return undefined;
    throw new FileError(errnoText(error.errno));
  });
  if (written === undefined) await writable(number);
  return written ?? 0;
}
