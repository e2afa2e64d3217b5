/** Writes to stdout, FIFOs and devices without blocking the program. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { call, ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { type Descriptor, FileError } from "../files/descriptor.ts";
import type { FileAccess } from "../files/file_access.ts";
import type { Target } from "./target.ts";

/** The reader of a pipe has closed it: a reason to end, not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Bytes of a write: few enough to see that a slow reader makes progress. */
const MOST_AT_ONCE = 65_536;

interface Writer {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

const STDOUT = 1;

/**
 * Output that is not a regular file: stdout, a FIFO, a device. Writing does not
 * block the program: signals end the run even if the reader pauses (`| less`).
 */
class Stream implements Target {
  readonly name: string;
  readonly #open: () => Promise<Writer>;
  readonly #require: () => void;
  #writer: Writer | undefined;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #written = 0;

  /**
   * @param open called at the first write: it waits until a FIFO has a reader
   * @param require throws where opening it would fail
   */
  constructor(
    name: string,
    open: () => Promise<Writer>,
    require: () => void = () => {},
  ) {
    this.name = name;
    this.#open = open;
    this.#require = require;
  }

  prepare(): void {
    try {
      this.#require();
    } catch (error) {
      throw this.#failure(error, "name another file");
    }
  }

  rehearse(): void {
    this.prepare();
  }

  #failure(error: unknown, remedy: string): Failure {
    const why = reasonOf(error);
    return new Failure(
      EXIT.output,
      `Cannot write to ${this.name}: ${why}; ${remedy}`,
    );
  }

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  get written(): number {
    return this.#written;
  }

  add(text: string): void {
    if (text !== "") this.#queue.push(new TextEncoder().encode(text));
  }

  async flush(): Promise<void> {
    for (let bytes; (bytes = this.#queue.shift()) !== undefined;) {
      while (bytes.length > 0) {
        const written = await this.#writeSome(bytes.subarray(0, MOST_AT_ONCE));
        this.#written += written;
        bytes = bytes.subarray(written);
      }
    }
  }

  async #writeSome(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    try {
      this.#writer ??= await this.#open();
      return await this.#writer.write(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone();
      if (error instanceof Deno.errors.WouldBlock) {
        await writable(STDOUT);
        return 0;
      }
      if (error instanceof ReaderGone) throw error;
      throw this.#failure(error, "free disk space, or write elsewhere");
    }
  }

  async close(): Promise<void> {
    // The kernel closes it with the process; stdout must stay open.
  }
}

/**
 * Standard output.
 *
 * @throws {Failure} exit code 7: it is not open for writing. Deno would discard
 * what is written to it.
 */
export function openStdout(): Stream {
  const F_GETFL = 3, O_ACCMODE = 3, O_RDONLY = 0;
  const flags = libc.fcntl(1, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) === O_RDONLY) {
    throw new Failure(
      EXIT.output,
      "Cannot write to stdout: it is not open for writing; redirect it with >",
    );
  }
  return new Stream("stdout", () => Promise.resolve(Deno.stdout));
}

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

/** Waits until a descriptor accepts more, or a second. @see poll(2) */
async function writable(descriptor: number): Promise<void> {
  const POLLOUT = 4;
  // struct pollfd { int fd; short events; short revents; }
  const pollfd = new Uint8Array(Int32Array.of(descriptor, POLLOUT).buffer);
  await libc.poll(pollfd, 1n, 1000);
}
