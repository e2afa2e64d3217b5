/** Appends records to a capture file on disk, each one whole or not at all. */
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { isDenied } from "../files/descriptor.ts";
import type { FileAccess } from "../files/file_access.ts";
import type { LineFormat } from "../formats/format.ts";
import { gzipMember } from "../formats/gzip_member.ts";
import { Locked, lockWithin, tryLock } from "./file_lock.ts";
import { NamedFile } from "./named_file.ts";
import { RecordQueue } from "./record_queue.ts";
import type { Target } from "./target.ts";
import { moveEnd, requireHead, wholeSize } from "./whole_records.ts";

interface CaptureFileOptions {
  readonly path: string;
  readonly access: FileAccess;
  readonly format: LineFormat;
  /** Each write is a gzip member. */
  readonly isGzip: boolean;
  /** Permissions of a new file; undefined: `MODE`. */
  readonly mode: number | undefined;
  /** Wait until the disk has it. */
  readonly isSynced: boolean;
  readonly log: Logger;
}

/** Who sends to a host is not for everybody to read. */
const MODE = 0o640;

/** How long a tick waits for a lock, and how long the end of a run does, in ms. */
const PATIENCE = 250;
const LAST_PATIENCE = 500;

/**
 * A capture on disk.
 *
 * - Records are appended by one write under a lock; if only a part fits, the file
 *   is cut back.
 * - What an earlier process left incomplete at the end is moved to `FILE.torn`.
 * - If the file is removed or renamed, a new one is made; if it is truncated,
 *   writing goes on in it.
 * - What cannot be written (the disk is full, somebody has a lock) is queued, and
 *   tried again with the next record. At the end it is written without the lock:
 *   whoever may read the file could keep that for ever.
 *
 * @example
 * ```ts
 * const options = { format: jsonl, isGzip: false, isSynced: false, access, log };
 * const file = new CaptureFile({ path: "eth0.jsonl", mode: 0o640, ...options });
 * file.prepare();
 * file.add('{"type":"tick"}\n');
 * await file.flush();
 * await file.close();
 * ```
 */
export class CaptureFile implements Target {
  readonly name: string;
  readonly #options: CaptureFileOptions;
  readonly #mode: number;
  readonly #file: NamedFile;
  readonly #queue = new RecordQueue();
  /** The file whose whole records are known, and their size. */
  #sound: { file: Deno.FsFile; size: number } | undefined;
  /** The size at which the file has something else than records: not looked at again. */
  #spoiled: { readonly size: number; readonly why: unknown } | undefined;
  /** Why the last write failed; empty: it did not. */
  #trouble = "";
  #isRemoved = false;

  constructor(options: CaptureFileOptions) {
    const { path, access, format, isGzip, log } = options;
    this.name = `"${path}"`;
    this.#options = options;
    this.#mode = options.mode ?? MODE;
    this.#file = new NamedFile({
      ...{ path, access, log, mode: this.#mode },
      check: (file) => requireHead(file, format, isGzip),
    });
  }

  /**
   * Opens the file and mends its end, before rights are given up.
   *
   * @throws {Failure} exit code 7: it cannot be opened, read or locked, or has
   * other data
   */
  prepare(): void {
    const { path } = this.#options;
    const file = this.#orRefuse(() => this.#file.current());
    if (!tryLock(path, file)) return this.#note(new Locked(file));
    try {
      const { size } = file.statSync();
      const whole = this.#orRefuse(() => this.#wholeSize(file, size));
      const torn = whole < size
        ? this.#orRefuse(() => this.#torn())
        : undefined;
      if (torn !== undefined) moveEnd(file, whole, size, torn);
      this.#sound = { file, size: whole };
    } catch (error) {
      if (error instanceof Failure) throw error;
      // No room for FILE.torn: the first record tries again.
    } finally {
      file.unlockSync();
    }
  }

  /** Fails where `prepare` would, and leaves everything as it is. @throws {Failure} */
  rehearse(): void {
    const { path, access, format, isGzip } = this.#options;
    this.#orRefuse(() =>
      access.rehearse(path, (file) => {
        requireHead(file, format, isGzip);
        tryLock(path, file);
        const { size } = file.statSync();
        const isTorn = this.#wholeSize(file, size) < size;
        if (isTorn) access.rehearse(this.#tornPath);
      })
    );
  }

  #orRefuse<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(
        EXIT.output,
        `Cannot write to ${this.name}: ${reasonOf(error)}; name another file`,
      );
    }
  }

  get isForbidden(): boolean {
    try {
      this.#file.current();
      return false;
    } catch (error) {
      return isDenied(error);
    }
  }

  /** Stays 0: there is no progress within a write that is whole or nothing. */
  readonly written = 0;

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  add(record: string): void {
    this.#queue.add(record, this.#trouble !== "");
  }

  /** Appends what waits. If that fails, notes it once, and it goes on waiting. */
  async flush(): Promise<void> {
    // Ticks go on while somebody keeps the lock.
    await this.#flushWithin(this.#trouble === "" ? PATIENCE : 0, true);
  }

  async #flushWithin(patience: number, needsLock: boolean): Promise<void> {
    if (this.#queue.length === 0) return;
    try {
      await this.#append(patience, needsLock);
      if (this.#trouble !== "") {
        this.#options.log.info(`Writing to ${this.name} again`);
      }
      this.#trouble = "";
    } catch (error) {
      this.#note(error);
    }
  }

  /** Says why the file cannot be written to, unless it is said already. */
  #note(error: unknown): void {
    const { log } = this.#options;
    const trouble = reasonOf(error);
    const isNew = trouble !== this.#trouble;
    this.#trouble = trouble;
    if (!isNew) return;
    const message =
      `Cannot write to ${this.name}: ${trouble}; counting goes on`;
    if (error instanceof Locked) log.info(`${message}, and records wait`);
    else log.error(`${message}, and records wait for room`);
  }

  async #append(patience: number, needsLock: boolean): Promise<void> {
    const file = this.#file.current();
    const records = this.#queue.length;
    const { path } = this.#options;
    const isLocked = await lockWithin(patience, path, file);
    if (!isLocked && needsLock) throw new Locked(file);
    try {
      const { size } = file.statSync();
      // Without the lock another process may append too, so nothing is cut off.
      const start = isLocked ? this.#mend(file, size) : size;
      const cutBack = () => isLocked && file.truncateSync(start);
      const bytes = this.#encode(start, records);
      const written = await file.write(bytes).catch((error) => {
        cutBack();
        throw error;
      });
      if (written < bytes.length) {
        cutBack();
        throw new Error("no space left: only a part of the record fits");
      }
      this.#sound = { file, size: start + bytes.length };
      this.#queue.remove(records);
      if (this.#options.isSynced) await file.syncData();
    } finally {
      if (isLocked) file.unlockSync();
    }
  }

  #encode(size: number, records: number): Uint8Array {
    const { format, isGzip } = this.#options;
    const header = size === 0 ? format.header : "";
    const text = header + this.#queue.text(records);
    const bytes = new TextEncoder().encode(text);
    return isGzip ? gzipMember(bytes) : bytes;
  }

  /** Moves an incomplete end to `FILE.torn`. @returns the size that is left */
  #mend(file: Deno.FsFile, size: number): number {
    const known = this.#sound?.file === file ? this.#sound.size : 0;
    if (known === size) return size;
    if (this.#spoiled?.size === size) throw this.#spoiled.why;
    this.#spoiled = undefined;
    let whole;
    try {
      whole = this.#wholeSize(file, size, known < size ? known : 0);
    } catch (why) {
      this.#spoiled = { size, why };
      throw why;
    }
    if (whole < size) moveEnd(file, whole, size, this.#torn());
    return whole;
  }

  #wholeSize(file: Deno.FsFile, size: number, from = 0): number {
    return wholeSize(file, size, this.#options.isGzip, from);
  }

  get #tornPath(): string {
    return `${this.#options.path}.torn`;
  }

  #torn(): Deno.FsFile {
    return this.#options.access.append(this.#tornPath, this.#mode);
  }

  /** Exit code 7, if some records are not in the file, or the file is gone. */
  get failure(): Failure | undefined {
    const { missing } = this.#queue;
    if (missing > 0) {
      return new Failure(
        EXIT.output,
        `Cannot write to ${this.name}: ${this.#trouble}; its last ${
          missing === 1 ? "record is" : `${missing} records are`
        } lost; free disk space before the next run`,
      );
    }
    if (!this.#isRemoved) return undefined;
    return new Failure(
      EXIT.output,
      `Cannot keep ${this.name}: it was removed while it was written, and its records with it; rename it to rotate it`,
    );
  }

  async close(): Promise<void> {
    await this.#flushWithin(LAST_PATIENCE, false);
    this.#isRemoved = this.#file.close();
  }
}
