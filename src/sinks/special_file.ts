/** Opens FIFOs and devices as streams. */
import { call, ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { type Descriptor, FileError } from "../files/descriptor.ts";
import { type FileAccess, ownDescriptor } from "../files/file_access.ts";
import { ReaderGone, Stream, writable, type Writer } from "./stream.ts";

/**
 * The FIFO or device at `path`, which is opened without blocking the process: a
 * thread that waits in open(2) or write(2) could not be ended.
 */
export function openSpecial(path: string, access: FileAccess): Stream {
  let file: Descriptor | undefined;
  const open = async (): Promise<Writer> => {
    while ((file ??= access.openStream(path)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
    const opened = file;
    return { write: (bytes) => writeTo(opened, bytes) };
  };
  const require = () => {
    // It was handed over to root, so root opens it.
    if (ownDescriptor(path) !== undefined) file ??= access.openStream(path);
    else access.requireStream(path);
  };
  return new Stream(`"${path}"`, open, require);
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
