/** Counts the packets of files, one after the other: a sequence of records. */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode } from "../../basics/errors.ts";
import { plural } from "../../basics/plural.ts";
import { reasonOf } from "../../basics/reason.ts";
import { type CaptureCounting, CaptureRun } from "../../packets/capture_run.ts";
import { ReadablePackets } from "../../packets/readable_packets.ts";
import type { StopRequest } from "../../process/stop_request.ts";
import { kindOf } from "../../report/file_kind.ts";
import type { Origin, RunRecord } from "../../tally/records.ts";
import { interruptibleParts } from "./interruptible_parts.ts";

/** First bytes of a file, which say what it is if it is no capture. */
const SAMPLE = 4096;

/** A file, or standard input, and what records call it. */
export interface InputFile {
  readonly path: string;
  readonly name: string;
}

interface RecountOptions extends CaptureCounting {
  readonly files: readonly InputFile[];
  readonly origin: Omit<Origin, "interface">;
  readonly stop: StopRequest;
  readonly log: Logger;
}

/**
 * The records of all files: as a sequence, as those of a session are. Without an
 * interval there is one end record for all of them.
 */
export class Recount implements AsyncIterable<Iterable<RunRecord>> {
  /** No schedule ends it. */
  readonly timeLeft = Infinity;
  exitCode: ExitCode = EXIT.done;
  /** Whether anything could be read. */
  hasRead = false;
  readonly #options: RecountOptions;

  constructor(options: RecountOptions) {
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Iterable<RunRecord>> {
    const { files, stop, interval } = this.#options;
    if (interval !== undefined) {
      for (const file of files) {
        const run = this.#runOf(file.name);
        yield* this.#read(file, run);
        yield* this.#end(file.name, run);
        if (stop.isRequested) return;
      }
      return;
    }
    const [first, ...more] = files;
    const name = more.length === 0 ? first!.name : plural(files.length, "file");
    const run = this.#runOf(name);
    for (const file of files) {
      yield* this.#read(file, run);
      if (stop.isRequested) break;
    }
    yield* this.#end(name, run);
  }

  #runOf(name: string): CaptureRun {
    const { origin } = this.#options;
    return new CaptureRun({ ...origin, interface: name }, this.#options);
  }

  async *#read(
    { path }: InputFile,
    run: CaptureRun,
  ): AsyncGenerator<Iterable<RunRecord>> {
    const { stop } = this.#options;
    const packets = new ReadablePackets();
    const { reader } = packets;
    let start = new Uint8Array(0);
    try {
      for await (const part of interruptibleParts(path, stop)) {
        if (part instanceof Uint8Array) {
          if (start.length < SAMPLE) {
            start = Uint8Array.of(...start, ...part.subarray(0, SAMPLE));
          }
          reader.add(part);
        } else reader.breakOff(part);
        for (const record of run.take(packets)) {
          this.hasRead = true;
          yield [record];
        }
        if (reader.damage !== undefined) break;
      }
      if (!stop.isRequested) reader.end();
    } catch (error) {
      this.#fail(run, `Cannot read "${path}": ${reasonOf(error)}`);
    }
    this.#judge(path, packets, run, start);
  }

  /** Says what is wrong with a file. */
  #judge(
    path: string,
    { reader, count, refused, untimed }: ReadablePackets,
    run: CaptureRun,
    start: Uint8Array,
  ): void {
    const { log, interval } = this.#options;
    const isRefused = count === 0 && refused.size > 0;
    this.hasRead ||= reader.isCapture && !isRefused;
    const { damage } = reader;
    if (damage !== undefined) {
      const kind = reader.isCapture ? undefined : kindOf(start, false);
      const where = reader.isCapture
        ? ` at byte ${damage.at}`
        : kind === undefined || kind === "empty"
        ? ""
        : `, but ${kind}`;
      this.#fail(run, `"${path}": ${damage.why}${where}`);
    }
    for (const [linkType, packets] of refused) {
      this.#fail(
        run,
        `"${path}": ${
          plural(packets, "packet")
        } of ${linkType} left out: this link type cannot be read`,
      );
    }
    if (untimed > 0 && interval !== undefined) {
      log.warn(
        `"${path}": ${
          plural(untimed, "packet")
        } without a time: counted with the packets before`,
      );
    }
    if (run.late > 0) {
      log.warn(
        `"${path}": ${
          plural(run.late, "packet")
        } out of order: counted in a later tick than their own; sort the file by time first`,
      );
    }
    if (count === 0 && refused.size === 0 && reader.isCapture) {
      log.info(`"${path}" has no packets`);
    }
  }

  #fail(run: CaptureRun, message: string): void {
    this.#options.log.error(message);
    this.exitCode = EXIT.incomplete;
    run.markIncomplete();
  }

  *#end(name: string, run: CaptureRun): Generator<Iterable<RunRecord>> {
    const { stop, log } = this.#options;
    const reason = stop.isRequested ? "signal" : "end of file";
    for (const record of run.end(reason)) yield [record];
    if (!run.isFull) return;
    log.warn(
      `More sources in "${name}" than --max-sources: further ones are counted as untracked`,
    );
  }
}
