import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { dataLog } from "../process/log.ts";
import { csv, CSV_HEADER } from "../formats/csv.ts";
import {
  fileName,
  type FilePattern,
  type RecordFormat,
} from "../formats/capture_name.ts";
import { jsonl } from "../formats/jsonl.ts";
import { text } from "../formats/text.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type {
  EndRecord,
  Format,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import { CaptureFile } from "./capture_file.ts";
import { throwAll } from "./failures.ts";
import { openStdout, Stream } from "./stream.ts";
import type { FileOptions, Named, Sink } from "./sink.ts";
import type { Target } from "./target.ts";

const FORMATS: Record<RecordFormat, Format> = { text, jsonl, csv };
const HEADERS: Record<RecordFormat, string> = {
  text: "",
  jsonl: "",
  csv: CSV_HEADER,
};

/** How long a reader that pauses may hold up the end of a run, in ms. */
const GRACE = 2000;

interface RecordOptions extends FileOptions {
  readonly format: RecordFormat;
  /** Undefined: stdout. */
  readonly output: FilePattern | undefined;
}

/** Where the records of a run go: text as log records, the rest as it is. */
export class RecordSink implements Sink {
  readonly #options: RecordOptions;
  readonly #format: Format;
  readonly #stop: StopRequest;
  readonly #log: Logger;
  readonly #targets = new Map<string, Target>();
  /** What the records of each interface go to now. */
  readonly #current = new Map<string, Target>();

  constructor(options: RecordOptions, stop: StopRequest, log: Logger) {
    this.#options = options;
    this.#format = FORMATS[options.format];
    this.#stop = stop;
    this.#log = log;
  }

  async prepare(named: Named): Promise<void> {
    const target = this.#targetFor(named, new Date());
    if (target instanceof CaptureFile) await target.prepare();
  }

  start(record: StartRecord): void {
    this.#write(record, record.start, this.#format.start(record));
  }

  tick(record: TickRecord): void {
    this.#write(record, record.start, this.#format.tick(record));
  }

  end(record: EndRecord): void {
    this.#write(record, record.end, this.#format.end(record));
  }

  #write(named: Named, time: Date, record: string): void {
    if (record === "") return;
    const target = this.#targetFor(named, time);
    if (this.#format !== text) target.add(record);
    else dataLog((text) => target.add(text)).info(record);
  }

  #targetFor(named: Named, time: Date): Target {
    const { output, isLocal } = this.#options;
    const path = output === undefined
      ? ""
      : fileName(output, { ...named, time, isLocal });
    const current = this.#current.get(named.interface);
    let target = this.#targets.get(path);
    if (target === undefined) {
      target = this.#open(path);
      if (current !== undefined && isOutOfReach(target)) return current;
      this.#targets.set(path, target);
    }
    this.#current.set(named.interface, target);
    return target;
  }

  #open(path: string): Target {
    const { format, output, isSynced } = this.#options;
    const header = HEADERS[format];
    const stream = path === "" ? openStdout() : streamAt(path);
    if (stream !== undefined) {
      stream.add(header);
      return stream;
    }
    const isGzip = output?.isGzip ?? false;
    return new CaptureFile({ path, isGzip, header, isSynced, log: this.#log });
  }

  async flush(end: number): Promise<void> {
    const current = new Set(this.#current.values());
    for (const [path, target] of this.#targets) {
      const isThrough = await this.#stop.orGiveUp(
        target.flush(),
        GRACE,
        end,
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
      return target instanceof CaptureFile ? target.failure ?? [] : [];
    });
    throwAll(failures, this.#log);
  }
}

/** Whether the user that this process became may not open it. */
function isOutOfReach(target: Target): boolean {
  return target instanceof CaptureFile && target.isForbidden();
}

/** A stream, if something other than a regular file is at `path`. */
function streamAt(path: string): Stream | undefined {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    if (isFile || isDirectory) return undefined;
  } catch {
    return undefined; // there is nothing yet, or opening says why not
  }
  return new Stream(`"${path}"`, () => Deno.open(path, { append: true }));
}
