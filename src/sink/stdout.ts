import { EXIT, Failure } from "../errors.ts";
import { libc } from "../ffi/libc.ts";

/** The reader of stdout went away: a reason to end, not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/**
 * Standard output. Writing does not block the program: a reader that pauses
 * (`| less`) must not keep signals from ending the run.
 */
export class Stdout {
  #queue: Uint8Array<ArrayBufferLike>[] = [];

  /** @throws {Failure} it is not open for writing; writes would seem to work */
  constructor() {
    const F_GETFL = 3, O_ACCMODE = 3, O_RDONLY = 0;
    const flags = libc.fcntl(1, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) !== O_RDONLY) return;
    throw new Failure(
      EXIT.output,
      "Cannot write to stdout: it is not open for writing; redirect it with >",
    );
  }

  /** Keeps `text` for the next `flush`. */
  write(text: string): void {
    if (text !== "") this.#queue.push(new TextEncoder().encode(text));
  }

  /**
   * Writes what was kept.
   *
   * @throws {ReaderGone}
   * @throws {Failure} it cannot be written
   */
  async flush(): Promise<void> {
    for (let bytes; (bytes = this.#queue.shift()) !== undefined;) {
      while (bytes.length > 0) {
        bytes = bytes.subarray(await this.#writeSome(bytes));
      }
    }
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      return await Deno.stdout.write(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone();
      if (error instanceof Deno.errors.WouldBlock) {
        await writable();
        return 0;
      }
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(
        EXIT.output,
        `Cannot write to stdout: ${why}; make room, or send it elsewhere`,
      );
    }
  }
}

/** Waits until stdout, which somebody made nonblocking, takes more. */
async function writable(): Promise<void> {
  const POLLOUT = 4;
  // struct pollfd { int fd; short events; short revents; }
  const pollfd = new Uint8Array(Int32Array.of(1, POLLOUT).buffer);
  await libc.poll(pollfd, 1n, 1000);
}
