import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../errors.ts";
import { dataLog } from "../log.ts";
import type { StopRequest } from "../stop.ts";
import type {
  EndRecord,
  Format,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import { csv, CSV_HEADER } from "../output/csv.ts";
import { jsonl } from "../output/jsonl.ts";
import { Stdout } from "./stdout.ts";
import { text } from "../output/text.ts";

const FORMATS = { text, jsonl, csv } satisfies Record<string, Format>;

/** How long a reader that pauses may hold up the end of a run, in ms. */
const GRACE = 2000;

/** Where the records of a run go: text as log records, the rest as it is. */
export class RecordSink {
  readonly #format: Format;
  readonly #stdout = new Stdout();
  readonly #log: Logger | undefined;
  readonly #stop: StopRequest;

  constructor(format: keyof typeof FORMATS, stop: StopRequest) {
    this.#format = FORMATS[format];
    this.#stop = stop;
    this.#log = format === "text"
      ? dataLog((text) => this.#stdout.write(text))
      : undefined;
    if (format === "csv") this.#stdout.write(CSV_HEADER);
  }

  start(record: StartRecord): void {
    this.#write(this.#format.start(record));
  }

  tick(record: TickRecord): void {
    this.#write(this.#format.tick(record));
  }

  end(record: EndRecord): void {
    this.#write(this.#format.end(record));
  }

  #write(text: string): void {
    if (this.#log !== undefined) this.#log.info(text);
    else this.#stdout.write(text);
  }

  /**
   * Writes what was recorded since the last time.
   *
   * @param end milliseconds until the run ends in any case
   * @throws {ReaderGone} nobody reads stdout any more
   * @throws {Failure} it cannot be written, or does not get through
   */
  async flush(end: number): Promise<void> {
    if (await this.#stop.orGiveUp(this.#stdout.flush(), GRACE, end)) return;
    throw new Failure(
      EXIT.output,
      `Cannot write to stdout: its reader has paused and the run is over; what it did not take in ${
        GRACE / 1000
      } s is lost`,
    );
  }
}
