/** The sink of records as lines: stdout, capture files, or another stream. */
import { EXIT, Failure } from "../basics/errors.ts";
import type { LineFormat } from "../formats/format.ts";
import { dataLog } from "../process/log.ts";
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";
import { CaptureFile } from "./capture_file.ts";
import { throwAll } from "./failures.ts";
import {
  type FileOptions,
  isSpecial,
  pathFor,
  pathsFor,
  rightsOf,
} from "./files.ts";
import type { RecordOrigin, Sink, SinkContext } from "./sink.ts";
import { openSpecial } from "./special_file.ts";
import { openStdout } from "./stream.ts";
import type { Target } from "./target.ts";

/** How long a reader that pauses may delay the end of a run, in ms. */
const GRACE = 2000;

interface RecordOptions extends FileOptions {
  readonly format: LineFormat;
}

/** The part of the context that this sink needs. */
type Context = Pick<SinkContext, "log" | "stop" | "host" | "interfaces">;

/**
 * Writes each record to the target that its file name says. Once the name has
 * changed, for example at midnight, the old target is written out and closed.
 *
 * @example
 * ```ts
 * const output = parsePattern("/var/log/%i-%Y%m%d.jsonl");
 * const options = { format: jsonl, output, isSynced: false, access };
 * const sink = new RecordSink(options, context);
 * sink.write(tick);
 * await sink.flush(Infinity);
 * ```
 */
export class RecordSink implements Sink {
  readonly #options: RecordOptions;
  readonly #context: Context;
  /** By path; the empty path is stdout. */
  readonly #targets = new Map<string, Target>();
  /** The target of the last record of each interface. */
  readonly #current = new Map<string, Target>();
  /** Of the targets that are closed. */
  readonly #failures: Failure[] = [];

  constructor(options: RecordOptions, context: Context) {
    this.#options = options;
    this.#context = context;
  }

  prepare(origin: RecordOrigin): void {
    this.#targetFor(origin, new Date()).prepare?.();
  }

  rehearse(origin: RecordOrigin): void {
    this.#open(pathFor(this.#options.output, origin, new Date())).rehearse?.();
  }

  write(record: RunRecord): void {
    const { format } = this.#options;
    // Each method accepts the record of its own type.
    const text = format[record.type](record as never);
    if (text === "") return;
    const time = record.type === "end" ? record.end : record.start;
    const target = this.#targetFor(record, time);
    if (!format.isLog) target.add(text);
    else dataLog((text) => target.add(text)).info(text);
  }

  #targetFor(origin: RecordOrigin, time: Date): Target {
    const path = pathFor(this.#options.output, origin, time);
    const current = this.#current.get(origin.interface);
    let target = this.#targets.get(path);
    if (target === undefined) {
      target = this.#open(path);
      // This process has become a user who may not open the next file.
      if (current !== undefined && target.isForbidden) return current;
      this.#targets.set(path, target);
    }
    this.#current.set(origin.interface, target);
    return target;
  }

  #open(path: string): Target {
    const { format, output, isSynced, mode, access } = this.#options;
    if (path === "" || isSpecial(path)) {
      const stream = path === "" ? openStdout() : openSpecial(path, access);
      stream.add(format.header);
      return stream;
    }
    const isGzip = output?.isGzip ?? false;
    const { log } = this.#context;
    const file = { path, access, format, isGzip, mode, isSynced, log };
    return new CaptureFile(file);
  }

  async flush(timeLeft: number): Promise<void> {
    const current = new Set(this.#current.values());
    for (const [path, target] of this.#targets) {
      await this.#orGiveUp(target, target.flush(), timeLeft);
      // A file of an earlier name is closed once all its records are written.
      if (!current.has(target) && !target.isWaiting) {
        await this.#close(target);
        this.#targets.delete(path);
      }
    }
  }

  /** @throws {Failure} exit code 7: its reader pauses at the end of the run */
  async #orGiveUp(
    target: Target,
    work: Promise<void>,
    timeLeft: number,
  ): Promise<void> {
    const { stop } = this.#context;
    const progress = () => target.written;
    if (await stop.orGiveUp(work, GRACE, timeLeft, progress)) return;
    throw new Failure(
      EXIT.output,
      `Cannot write to ${target.name}: the reader did not read for ${
        GRACE / 1000
      } s after the end; remaining records are lost`,
    );
  }

  async #close(target: Target): Promise<void> {
    await this.#orGiveUp(target, target.close(), 0);
    if (target.failure !== undefined) this.#failures.push(target.failure);
  }

  async close(): Promise<void> {
    for (const target of this.#targets.values()) await this.#close(target);
    throwAll(this.#failures, this.#context.log);
  }

  /** A capture file stays open: only reopening it after rotation may need root. */
  canGoOnAs(user: User): boolean {
    const { log } = this.#context;
    for (const path of this.#files()) {
      const { ownsFolder, ownsFile } = rightsOf(user, path);
      if (ownsFolder && ownsFile) continue;
      log.info(
        `"${path}" stays open until the end: user "${user.name}" may not reopen it after a rotation; use copytruncate, or --user root`,
      );
    }
    return true;
  }

  /** The paths of capture files; what is no file was asked for as the user. */
  #files(): string[] {
    const { output } = this.#options;
    return [...pathsFor(output, this.#context)].filter((path) =>
      !isSpecial(path)
    );
  }
}
