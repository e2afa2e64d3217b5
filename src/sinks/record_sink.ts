/** Writes records one after the other, to stdout or to files. */
import { EXIT, Failure } from "../basics/errors.ts";
import type { FilePattern } from "../formats/capture_name.ts";
import type { LineFormat } from "../formats/format.ts";
import { dataLog } from "../process/log.ts";
import type { User } from "../process/user.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
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
import { openStdout, Stream } from "./stream.ts";
import type { Target } from "./target.ts";

/** How long a reader that pauses may hold up the end of a run, in ms. */
const GRACE = 2000;

interface RecordOptions extends FileOptions {
  readonly format: LineFormat;
  /** Undefined: stdout. */
  readonly output: FilePattern | undefined;
}

/** The context without which this sink cannot work; tests give no more. */
type Context = Pick<SinkContext, "log" | "stop" | "host" | "interfaces">;

export class RecordSink implements Sink {
  readonly #options: RecordOptions;
  readonly #context: Context;
  readonly #targets = new Map<string, Target>();
  /** What the records of each interface go to now. */
  readonly #current = new Map<string, Target>();

  constructor(options: RecordOptions, context: Context) {
    this.#options = options;
    this.#context = context;
  }

  async prepare(origin: RecordOrigin): Promise<void> {
    await this.#targetFor(origin, new Date()).prepare();
  }

  start(record: StartRecord): void {
    this.#write(record, record.start, this.#options.format.start(record));
  }

  tick(record: TickRecord): void {
    this.#write(record, record.start, this.#options.format.tick(record));
  }

  end(record: EndRecord): void {
    this.#write(record, record.end, this.#options.format.end(record));
  }

  #write(origin: RecordOrigin, time: Date, record: string): void {
    if (record === "") return;
    const target = this.#targetFor(origin, time);
    if (!this.#options.format.isLog) target.add(record);
    else dataLog((text) => target.add(text)).info(record);
  }

  #targetFor(origin: RecordOrigin, time: Date): Target {
    const { output } = this.#options;
    const path = output === undefined
      ? ""
      : pathFor(output, this.#options, origin, time);
    const current = this.#current.get(origin.interface);
    let target = this.#targets.get(path);
    if (target === undefined) {
      target = this.#open(path);
      // The user that this process became may not open the next file.
      if (current !== undefined && target.isForbidden) return current;
      this.#targets.set(path, target);
    }
    this.#current.set(origin.interface, target);
    return target;
  }

  #open(path: string): Target {
    const { format: { header }, output, isSynced } = this.#options;
    const stream = path === "" ? openStdout() : streamAt(path);
    if (stream !== undefined) {
      stream.add(header);
      return stream;
    }
    const isGzip = output?.isGzip ?? false;
    const { log } = this.#context;
    return new CaptureFile({ path, isGzip, header, isSynced, log });
  }

  async flush(timeLeft: number): Promise<void> {
    const current = new Set(this.#current.values());
    for (const [path, target] of this.#targets) {
      const isThrough = await this.#context.stop.orGiveUp(
        target.flush(),
        GRACE,
        timeLeft,
        () => target.taken,
      );
      if (!isThrough) {
        throw new Failure(
          EXIT.output,
          `Cannot write to ${target.name}: it takes nothing more and the run is over; what it did not take in ${
            GRACE / 1000
          } s is lost`,
        );
      }
      // A name of yesterday is given up once all is in it.
      if (!current.has(target) && !target.isWaiting) {
        target.close();
        this.#targets.delete(path);
      }
    }
  }

  close(): void {
    const failures = [...this.#targets.values()].flatMap((target) => {
      target.close();
      return target.failure ?? [];
    });
    throwAll(failures, this.#context.log);
  }

  /** A capture file stays open, so at most its rotation needs root. */
  canGoOnAs(user: User): boolean {
    const { output } = this.#options;
    const { log } = this.#context;
    for (const path of pathsFor(output, this.#options, this.#context)) {
      const { ownsFolder, ownsFile } = rightsOf(user, path);
      if (isSpecial(path)) {
        if (ownsFile) continue;
        log.info(
          `Staying root: user "${user.name}" may not write to "${path}"; --user names another`,
        );
        return false;
      }
      if (!(ownsFolder && ownsFile)) {
        log.info(
          `"${path}" stays open until the end: user "${user.name}" may not open it anew (rotate it with copytruncate, or use --user root)`,
        );
      }
    }
    return true;
  }
}

/** A stream, if something other than a regular file is at `path`. */
function streamAt(path: string): Stream | undefined {
  return isSpecial(path)
    ? new Stream(`"${path}"`, () => Deno.open(path, { append: true }))
    : undefined;
}
