/** Reads small files, and reads them again when they change: a token, a certificate. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { ACCESS, mayAccess, type User } from "../process/user.ts";

/** Most bytes of a file. */
const MOST = 65_536;
/** Milliseconds between two looks at the files. */
const PAUSE = 1000;

/**
 * What is made of the texts of some files. When they change, it is made anew; if
 * that fails, the last one stays. A connection or a request asks for `value`.
 */
export class Reloaded<Value> {
  readonly #what: string;
  readonly #paths: readonly string[];
  readonly #make: (...texts: string[]) => Value;
  #value: Value;
  #seen: string;
  #lookedAt = performance.now();
  #isFixed = false;

  /**
   * @param what the files are, for messages
   * @param make throws {Failure}: the texts cannot be used
   * @throws {Failure} exit code 2: a file cannot be read; and what `make` throws
   */
  constructor(
    what: string,
    paths: readonly string[],
    make: (...texts: string[]) => Value,
  ) {
    this.#what = what;
    this.#paths = paths;
    this.#make = make;
    this.#seen = this.#look();
    this.#value = make(...paths.map(readSmallFile));
  }

  /** The value by what is in the files now; trouble with them is logged, once. */
  valueNow(log: Logger): Value {
    const now = performance.now();
    if (this.#isFixed || now - this.#lookedAt < PAUSE) return this.#value;
    this.#lookedAt = now;
    const seen = this.#look();
    if (seen === this.#seen) return this.#value;
    this.#seen = seen;
    try {
      this.#value = this.#make(...this.#paths.map(readSmallFile));
      log.info(`Read the ${this.#what} again: it has changed`);
    } catch (error) {
      log.warn(`Keeping the old ${this.#what}: ${reasonOf(error)}`);
    }
    return this.#value;
  }

  /** What changes when a file does: it was written, replaced or removed. */
  #look(): string {
    return this.#paths.map((path) => {
      try {
        const { dev, ino, size, mtime, ctime } = Deno.statSync(path);
        return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join();
      } catch (error) {
        return String(error);
      }
    }).join(" ");
  }

  /** Gives up reading again what `user` may not read, and says so. */
  becomes(user: User, log: Logger): void {
    const hidden = this.#paths.find((path) =>
      !mayAccess(user, path, ACCESS.read)
    );
    if (hidden === undefined) return;
    this.#isFixed = true;
    log.info(
      `The ${this.#what} stays as it is until the restart: user "${user.name}" may not read "${hidden}"; allow that, or name another user with --user`,
    );
  }
}

/** The text of a file. @throws {Failure} exit code 2 */
function readSmallFile(path: string): string {
  try {
    return new TextDecoder().decode(contentOf(path));
  } catch (error) {
    throw new Failure(
      EXIT.usage,
      `Cannot read "${path}": ${reasonOf(error)}; name a readable file`,
    );
  }
}

/** The content of a regular file; a FIFO or a device neither blocks nor fills the memory. */
function contentOf(path: string): Uint8Array {
  if (!Deno.statSync(path).isFile) throw new Error(NOT_REGULAR);
  const { O_RDONLY, O_NONBLOCK } = constants;
  const file = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    // It may be another file by now.
    if (!fstatSync(file).isFile()) throw new Error(NOT_REGULAR);
    const bytes = new Uint8Array(MOST + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > MOST) throw new Error(`it is larger than ${MOST} bytes`);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

const NOT_REGULAR = "it is not a regular file";

/** Warns of a file with a secret that others than its owner may read. */
export function warnOfReaders(path: string, log: Logger): void {
  const { mode } = Deno.statSync(path);
  const OTHERS = 0o044;
  if (mode === null || (mode & OTHERS) === 0) return;
  const octal = (mode & 0o7777).toString(8).padStart(4, "0");
  log.warn(
    `File "${path}" has a secret, and not only its owner may read it (mode ${octal}); chmod 600 it`,
  );
}
