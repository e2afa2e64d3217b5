/** Writes to stdout, FIFOs and devices without blocking the program. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { libc } from "../ffi/libc.ts";
import type { Target } from "./target.ts";

/** The reader of a pipe has closed it: a reason to end, not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Bytes of a write: few enough to see that a slow reader makes progress. */
const MOST_AT_ONCE = 65_536;

interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Output that is not a regular file: stdout, a FIFO, a device. Writing does not
 * block the program: signals end the run even if the reader pauses (`| less`).
 */
export class Stream implements Target {
  readonly name: string;
  readonly #open: () => Promise<Writer>;
  #writer: Writer | undefined;
  #queue: Uint8Array[] = [];
  #written = 0;

  /** @param open called at the first write: it waits until a FIFO has a reader */
  constructor(name: string, open: () => Promise<Writer>) {
    this.name = name;
    this.#open = open;
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

  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      this.#writer ??= await this.#open();
      return await this.#writer.write(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone();
      if (error instanceof Deno.errors.WouldBlock) {
        await stdoutWritable();
        return 0;
      }
      throw new Failure(
        EXIT.output,
        `Cannot write to ${this.name}: ${
          reasonOf(error)
        }; free disk space, or write elsewhere`,
      );
    }
  }

  close(): void {
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

/** Waits until stdout accepts more, if another process made it nonblocking. */
async function stdoutWritable(): Promise<void> {
  const POLLOUT = 4;
  // struct pollfd { int fd; short events; short revents; }
  const pollfd = new Uint8Array(Int32Array.of(1, POLLOUT).buffer);
  await libc.poll(pollfd, 1n, 1000);
}
