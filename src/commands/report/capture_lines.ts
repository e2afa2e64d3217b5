/** Reads the lines of capture files, compressed or not, in bounded memory. */
import type { Damage } from "../../formats/gunzip.ts";
import { MAX_LINE } from "../../formats/line_limit.ts";
import { partsOf, type Readable } from "../file_parts.ts";

const NEWLINE = 0x0a, BRACE = 0x7b;
/** Space, tab, CR, and the three bytes of a BOM. */
const BLANKS = [0x20, 0x09, 0x0d, 0xef, 0xbb, 0xbf];
/** The longest line of CSV, and of what cannot be a record. */
const MAX_OTHER_LINE = 1 << 16;
/** Bytes that say what kind of file it is, and those that are read for them. */
const SAMPLE = 4096, READ_FOR_SAMPLE = 1 << 16;

/** Takes the lines of a file. Bytes are valid until a function returns. */
export interface LineTaker {
  /** A line without its newline, and its number from 1. */
  line(line: Uint8Array, number: number): void;
  /** A line that is not kept: it has more bytes than any record. */
  tooLong(number: number, bytes: number): void;
  /**
   * Data in or behind line `number` that could not be decompressed.
   *
   * @param line what there is of a line that was begun, perhaps all but its newline
   */
  damage(number: number, damage: Damage, line?: Uint8Array): void;
}

/** The first bytes of a file, decompressed. */
interface FileSample {
  readonly bytes: Uint8Array;
  readonly isGzip: boolean;
}

/**
 * Calls `taker` with the lines of a file. It reads synchronously, which is faster:
 * nothing else runs meanwhile. gzip is known by its first bytes.
 *
 * @param mostBytes reads no more than these
 * @throws what `readSync` throws, after the lines before it
 */
export function eachLine(
  file: Readable,
  taker: LineTaker,
  mostBytes = Infinity,
): FileSample {
  const { isGzip, parts } = partsOf(file, mostBytes);
  const lines = new Lines(taker);
  for (const part of parts) {
    if (part instanceof Uint8Array) lines.add(part);
    else lines.breakOff(part);
  }
  lines.end();
  return { bytes: lines.sample, isGzip };
}

/**
 * Reads the first bytes of a file. Some may be missing where `isDamaged`.
 *
 * @throws what `readSync` throws
 */
export function sampleOf(file: Readable): FileSample & { isDamaged: boolean } {
  const { isGzip, parts } = partsOf(file, READ_FOR_SAMPLE);
  let bytes = new Uint8Array(0);
  let isDamaged = false;
  for (const part of parts) {
    if (part instanceof Uint8Array) bytes = joined([bytes, part]);
    else isDamaged = true;
    if (bytes.length >= SAMPLE) break;
  }
  return { bytes: bytes.subarray(0, SAMPLE), isGzip, isDamaged };
}

/** Divides bytes into lines. */
class Lines {
  readonly #taker: LineTaker;
  /** The parts of a line whose end is not read yet; empty when it is skipped. */
  readonly #begun: Uint8Array[] = [];
  /** Bytes of that line, kept or not. */
  #length = 0;
  #isSkipped = false;
  #number = 0;
  #sample = new Uint8Array(0);

  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  get sample(): Uint8Array {
    return this.#sample;
  }

  add(chunk: Uint8Array): void {
    if (this.#sample.length < SAMPLE) {
      const more = chunk.subarray(0, SAMPLE - this.#sample.length);
      this.#sample = joined([this.#sample, more]);
    }
    let from = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, from)) >= 0; from = end + 1) {
      const line = chunk.subarray(from, end);
      if (this.#length === 0) this.#taker.line(line, ++this.#number);
      else {
        this.#begin(line);
        this.#finish();
      }
    }
    if (from < chunk.length) this.#begin(chunk.subarray(from));
  }

  /** Takes a part of a line; a line that cannot be a record is only measured. */
  #begin(part: Uint8Array): void {
    if (this.#length === 0) this.#isSkipped = false;
    this.#length += part.length;
    if (this.#isSkipped) return;
    this.#begun.push(part.slice());
    if (
      this.#length > (beginsRecord(this.#begun[0]!) ? MAX_LINE : MAX_OTHER_LINE)
    ) {
      this.#isSkipped = true;
      this.#begun.length = 0;
    }
  }

  #finish(): void {
    const number = ++this.#number;
    if (this.#isSkipped) this.#taker.tooLong(number, this.#length);
    else this.#taker.line(joined(this.#begun), number);
    this.#begun.length = this.#length = 0;
  }

  /** The line ends here, with or without a newline. */
  breakOff(damage: Damage): void {
    const isBegun = this.#length > 0;
    const line = isBegun && !this.#isSkipped ? joined(this.#begun) : undefined;
    if (isBegun) this.#number++;
    this.#begun.length = this.#length = 0;
    this.#taker.damage(this.#number, damage, line);
  }

  end(): void {
    if (this.#length > 0) this.#finish();
  }
}

/** Whether a line that begins with `part` can be a record of JSON Lines. */
export function beginsRecord(part: Uint8Array): boolean {
  if (part[0] === BRACE) return true;
  return part.find((byte) => !BLANKS.includes(byte)) === BRACE;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
