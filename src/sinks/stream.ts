/** Writes to what is not a regular file, without blocking the program. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { libc } from "../ffi/libc.ts";
import type { Target } from "./target.ts";

/** The reader of a pipe has closed it: a reason to end, not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Bytes that may wait for a reader while ticks go on. */
const MOST_WAITING = 1 << 24;
/** Milliseconds that a tick waits for a reader who does not pause yet. */
const PATIENCE = 100;

/** Bytes of a write: few enough to see that a slow reader makes progress. */
const MOST_AT_ONCE = 65_536;

export interface Writer {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

/** Its descriptor. */
export const STDOUT = 1;

/**
 * Output that is not a regular file: stdout, a FIFO, a device. Writing does not
 * block the program: ticks go on and signals end the run even if the reader pauses
 * (`| less`). If too much waits, the next tick comes when there is room, and has all
 * that was counted by then.
 */
export class Stream implements Target {
  readonly name: string;
  readonly #open: () => Promise<Writer>;
  readonly #require: () => void;
  #writer: Writer | undefined;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  /** Bytes that are not written yet. */
  #waiting = 0;
  #written = 0;
  /** Ends when the queue is empty. */
  #writing: Promise<void> | undefined;
  #error: unknown;

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
    return this.#queue.length > 0 || this.#writing !== undefined;
  }

  get written(): number {
    return this.#written;
  }

  add(text: string): void {
    if (text === "") return;
    const bytes = new TextEncoder().encode(text);
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
  }

  /** Ticks go on while a reader pauses, until too much waits. */
  async flush(): Promise<void> {
    const isPausing = this.#writing !== undefined;
    const writing = this.#startWriting();
    if (this.#waiting > MOST_WAITING) await writing;
    else if (!isPausing) await within(PATIENCE, writing);
    if (this.#error !== undefined) throw this.#error;
  }

  /** Writes the queue. What fails is thrown by the next `flush` or `close`. */
  async #writeAll(): Promise<void> {
    try {
      for (let bytes; (bytes = this.#queue.shift()) !== undefined;) {
        while (bytes.length > 0) {
          const some = bytes.subarray(0, MOST_AT_ONCE);
          const written = await this.#writeSome(some);
          this.#written += written;
          this.#waiting -= written;
          bytes = bytes.subarray(written);
        }
      }
    } catch (error) {
      this.#error = error;
    }
  }

  #startWriting(): Promise<void> {
    return this.#writing ??= this.#writeAll()
      .finally(() => this.#writing = undefined);
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

  /** The kernel closes it with the process; stdout must stay open. */
  async close(): Promise<void> {
    await this.#startWriting();
    await this.flush();
  }
}

/** Waits for `work`, but only so many milliseconds. */
async function within(time: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

/**
 * Standard output.
 *
 * @throws {Failure} exit code 7: it is not open for writing. Deno would discard
 * what is written to it.
 */
export function openStdout(): Stream {
  const F_GETFL = 3, O_ACCMODE = 3, O_RDONLY = 0;
  const flags = libc.fcntl(STDOUT, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) === O_RDONLY) {
    throw new Failure(
      EXIT.output,
      "Cannot write to stdout: it is not open for writing; redirect it with >",
    );
  }
  return new Stream("stdout", () => Promise.resolve(Deno.stdout));
}

/** Waits until a descriptor accepts more, or a second. @see poll(2) */
export async function writable(descriptor: number): Promise<void> {
  const POLLOUT = 4;
  // struct pollfd { int fd; short events; short revents; }
  const pollfd = new Uint8Array(Int32Array.of(descriptor, POLLOUT).buffer);
  await libc.poll(pollfd, 1n, 1000);
}
