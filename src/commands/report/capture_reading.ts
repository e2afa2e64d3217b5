/** Reads one capture into a report, and names what is wrong with its lines. */
import type { Damage } from "../../formats/gunzip.ts";
import { CsvTicks } from "../../report/csv_ticks.ts";
import { kindOf } from "../../report/file_kind.ts";
import { FileProblems, type Problems } from "../../report/problems.ts";
import type { CaptureRecord } from "../../report/capture_record.ts";
import { LineReader } from "../../report/record_reader.ts";
import type { Reporter } from "../../report/reporter.ts";
import { plural } from "../../basics/plural.ts";
import { reasonOf } from "../../basics/reason.ts";
import type { Readable } from "../file_parts.ts";
import { beginsRecord, eachLine, type LineTaker } from "./capture_lines.ts";

/** The first byte of a header of CSV: that of `start` or of a BOM. */
const FIRST_OF_CSV = [0x73, 0xef];
const ZERO = 0x30, NINE = 0x39;
const NO_RECORD = "not a record: it does not begin with {";

/** Reads captures, each of which may have lines of JSON and of CSV. */
export class CaptureReading implements LineTaker {
  readonly #reporter: Reporter;
  readonly #reader = new LineReader();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #csv: CsvTicks | undefined;
  #problems!: FileProblems;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /**
   * Reads a capture.
   *
   * @param mostBytes reads no more than these
   * @throws what reading the file throws, after the lines before it were taken
   */
  read(
    name: string,
    file: Readable,
    problems: Problems,
    mostBytes: number,
  ): void {
    this.#reporter.beginFile();
    this.#csv = undefined;
    this.#problems = new FileProblems(name, problems);
    let kind: string | undefined;
    try {
      const { bytes, isGzip } = eachLine(file, this, mostBytes);
      this.#finishCsv();
      kind = kindOf(bytes, isGzip);
    } finally {
      this.#problems.end(kind);
    }
  }

  line(line: Uint8Array, number: number): void {
    const why = this.#whyBroken(line, number);
    if (why !== undefined) this.#problems.addBroken(number, why);
  }

  /** Takes a line. @returns undefined: it was taken */
  #whyBroken(line: Uint8Array, number: number): string | undefined {
    try {
      if (beginsRecord(line)) this.#take(this.#reader.read(line), number);
      else return this.#readCsv(line, number);
    } catch (error) {
      return reasonOf(error).split("\n")[0]!;
    }
  }

  tooLong(number: number, bytes: number): void {
    this.#problems.addBroken(number, `not a record: it has ${bytes} bytes`);
  }

  damage(
    number: number,
    { at, why, skipped }: Damage,
    line?: Uint8Array,
  ): void {
    // If the line is broken, this is why.
    if (line !== undefined) this.#whyBroken(line, number);
    const where = skipped > 0 ? `, ${plural(skipped, "byte")} skipped` : "";
    this.#problems.addBroken(number, `${why} at byte ${at}${where}`);
  }

  #take(record: CaptureRecord, number: number): void {
    const novelty = this.#reporter.take(record);
    this.#problems.addRecord(number, novelty, () => {
      const { type, run, interface: name } = record;
      const what = type === "tick"
        ? `tick ${record.seq}`
        : `the ${type} record`;
      return `${what} of run ${run} on ${name}`;
    });
  }

  /** A header or a row begins CSV, of which all lines are that are not JSON. */
  #readCsv(line: Uint8Array, number: number): string | undefined {
    if (this.#csv === undefined && !mayBeginCsv(line)) return NO_RECORD;
    const text = this.#decoder.decode(line);
    if (CsvTicks.isHeader(text) || CsvTicks.isRow(text)) {
      this.#csv ??= new CsvTicks();
    }
    if (this.#csv === undefined) return NO_RECORD;
    const result = this.#csv.read(text, number);
    if (result === undefined) return;
    if ("why" in result && result.line === number) return result.why;
    this.#takeCsv(result, number);
  }

  #finishCsv(): void {
    for (const result of this.#csv?.finish() ?? []) this.#takeCsv(result, 0);
  }

  #takeCsv(
    result: ReturnType<CsvTicks["finish"]>[number],
    number: number,
  ): void {
    if ("why" in result) this.#problems.addBroken(result.line, result.why);
    else this.#take(result, number);
  }
}

/** Whether a line may be a header or a row, which begins with a year. */
function mayBeginCsv([first = 0]: Uint8Array): boolean {
  return FIRST_OF_CSV.includes(first) || first >= ZERO && first <= NINE;
}
