/** Appends records to a capture file on disk, each one whole or not at all. */
import { dirname } from "node:path";
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { writeAll } from "../basics/write_all.ts";
import { gzipMember } from "../formats/gzip_member.ts";
import { createIn, rehearseOn } from "./files.ts";
import type { Target } from "./target.ts";
import { CHUNK, OtherData, readAt, wholeSize } from "./whole_records.ts";

interface CaptureFileOptions {
  readonly path: string;
  /** Each write is a gzip member. */
  readonly isGzip: boolean;
  /** Written first into an empty file. */
  readonly header: string;
  /** Wait until the disk has it. */
  readonly isSynced: boolean;
  readonly log: Logger;
}

/** Characters of records that may wait for room on the disk. */
const MOST_WAITING = 1 << 26;

/**
 * A capture on disk.
 *
 * - Records are appended by one write under a lock; if only a part fits, the file
 *   is cut back.
 * - What an earlier process left incomplete at the end is moved to `FILE.torn`.
 * - If the file is removed or renamed, a new one is made; if it is truncated,
 *   writing goes on in it.
 * - What cannot be written (the disk is full) is queued, and tried again with the
 *   next record.
 *
 * @example
 * ```ts
 * const options = { isGzip: false, header: "", isSynced: false, log };
 * const file = new CaptureFile({ path: "eth0.jsonl", ...options });
 * await file.prepare();
 * file.add('{"type":"tick"}\n');
 * await file.flush();
 * file.close();
 * ```
 */
export class CaptureFile implements Target {
  readonly name: string;
  readonly #options: CaptureFileOptions;
  #file: Deno.FsFile | undefined;
  /** The size up to which the file is known to hold whole records. */
  #sound = 0;
  #queue: string[] = [];
  /** Records that were dropped because too much was waiting. */
  #lost = 0;
  /** The path names another file now, which this process may not open. */
  #isOutOfReach = false;
  /** Why the last write failed; empty: it did not. */
  #trouble = "";

  constructor(options: CaptureFileOptions) {
    this.name = `"${options.path}"`;
    this.#options = options;
  }

  /**
   * Opens the file and mends its end, before rights are given up.
   *
   * @throws {Failure} exit code 7: it cannot be opened or locked, or has other data
   */
  async prepare(): Promise<void> {
    const file = this.#writable(() => this.#current());
    await file.lock(true).catch((error) => this.#refuseLock(error));
    try {
      this.#sound = this.#mend(file, file.statSync().size);
    } catch (error) {
      if (error instanceof OtherData) this.#refuse(error);
      // No room for FILE.torn: the first record tries again.
    } finally {
      await file.unlock();
    }
  }

  /** Fails where `prepare` would, and leaves everything as it is. @throws {Failure} */
  rehearse(): void {
    const { path, isGzip } = this.#options;
    this.#writable(() =>
      rehearseOn(path, open, (file) => {
        try {
          file.tryLockSync(true); // a lock that another process has is waited for
        } catch (error) {
          this.#refuseLock(error);
        }
        wholeSize(file, file.statSync().size, isGzip);
      })
    );
  }

  #writable<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof Failure) throw error;
      return this.#refuse(error);
    }
  }

  #refuse(error: unknown, what = "write to", remedy = "name"): never {
    throw new Failure(
      EXIT.output,
      `Cannot ${what} ${this.name}: ${reasonOf(error)}; ${remedy} another file`,
    );
  }

  #refuseLock(error: unknown): never {
    this.#refuse(error, "lock", "allow flock() in the seccomp filter, or name");
  }

  get isForbidden(): boolean {
    try {
      this.#current();
      return false;
    } catch (error) {
      return error instanceof Deno.errors.PermissionDenied;
    }
  }

  /** Stays 0: there is no progress within a write that is whole or nothing. */
  readonly written = 0;

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  add(record: string): void {
    this.#queue.push(record);
    if (this.#trouble === "") return;
    const waiting = () =>
      this.#queue.reduce((sum, { length }) => sum + length, 0);
    while (this.#queue.length > 1 && waiting() > MOST_WAITING) {
      this.#queue.shift();
      this.#lost++;
    }
  }

  /** Appends the queue. If that fails, logs it once and keeps the queue. */
  async flush(): Promise<void> {
    if (this.#queue.length === 0) return;
    const { log } = this.#options;
    try {
      await this.#append();
      if (this.#trouble !== "") log.info(`Writing to ${this.name} again`);
      this.#trouble = "";
    } catch (error) {
      const trouble = reasonOf(error);
      if (trouble !== this.#trouble) {
        log.error(
          `Cannot write to ${this.name}: ${trouble}; counting goes on, and records wait for room`,
        );
      }
      this.#trouble = trouble;
    }
  }

  /** Exit code 7, if some records are not in the file. */
  get failure(): Failure | undefined {
    const missing = this.#lost + this.#queue.length;
    if (missing === 0) return undefined;
    return new Failure(
      EXIT.output,
      `Cannot write to ${this.name}: ${this.#trouble}; its last ${
        missing === 1 ? "record is" : `${missing} records are`
      } lost; free disk space before the next run`,
    );
  }

  async #append(): Promise<void> {
    const file = this.#current();
    const records = this.#queue.length;
    await file.lock(true);
    try {
      let { size } = file.statSync();
      if (size !== this.#sound) size = this.#mend(file, size);
      const bytes = this.#encode(size, this.#queue.slice(0, records));
      const written = await file.write(bytes).catch((error) => {
        file.truncateSync(size);
        throw error;
      });
      if (written < bytes.length) {
        file.truncateSync(size);
        throw new Error("no space left: only a part of the record fits");
      }
      this.#sound = size + bytes.length;
      this.#queue.splice(0, records);
      if (this.#options.isSynced) await file.syncData();
    } finally {
      await file.unlock();
    }
  }

  #open(): Deno.FsFile {
    const { path } = this.#options;
    return createIn(dirname(path), () => open(path));
  }

  #encode(size: number, records: string[]): Uint8Array {
    const header = size === 0 ? this.#options.header : "";
    const bytes = new TextEncoder().encode(header + records.join(""));
    return this.#options.isGzip ? gzipMember(bytes) : bytes;
  }

  /** The file that the path names; if that may not be opened, the one before. */
  #current(): Deno.FsFile {
    if (this.#file !== undefined && this.#isStill(this.#file)) {
      return this.#file;
    }
    let fresh;
    try {
      fresh = this.#open();
    } catch (error) {
      const isDenied = error instanceof Deno.errors.PermissionDenied;
      if (this.#file === undefined || !isDenied) throw error;
      if (!this.#isOutOfReach) {
        this.#options.log.warn(
          `Cannot reopen ${this.name}: ${
            reasonOf(error)
          }; still writing to the old file, use --user root to follow the name`,
        );
      }
      this.#isOutOfReach = true;
      return this.#file;
    }
    this.close();
    this.#sound = 0;
    return this.#file = fresh;
  }

  /** Whether the path still names `file`. */
  #isStill(file: Deno.FsFile): boolean {
    const mine = file.statSync();
    try {
      const there = Deno.statSync(this.#options.path);
      return there.ino === mine.ino && there.dev === mine.dev;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      if (error instanceof Deno.errors.PermissionDenied) return true;
      throw error;
    }
  }

  /** Moves an incomplete end to `FILE.torn`. @returns the size that is left */
  #mend(file: Deno.FsFile, size: number): number {
    const whole = wholeSize(file, size, this.#options.isGzip);
    if (whole < size) {
      using torn = Deno.openSync(`${this.#options.path}.torn`, {
        append: true,
        create: true,
      });
      for (let at = whole; at < size;) {
        const part = readAt(file, at, Math.min(size - at, CHUNK));
        writeAll(torn, part);
        at += part.length;
      }
      file.truncateSync(whole);
    }
    return whole;
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

function open(path: string): Deno.FsFile {
  return Deno.openSync(path, { read: true, append: true, create: true });
}
