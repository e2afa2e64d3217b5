/** Reads records back from the lines of JSON Lines captures. */
import type { CaptureRecord } from "./capture_record.ts";
import { checkedRecord, hasOnlyItsFields } from "./record_check.ts";
import { ScannedSources } from "./source_scanner.ts";

const BRACKET = 0x5b;
/** What a decoder puts in the place of bytes that are not UTF-8. */
const REPLACED = "\ufffd";
const BOM = [0xef, 0xbb, 0xbf];
const SOURCES = new TextEncoder().encode(',"sources":');
/** The classes that are scanned. */
const SCANNED = [
  "others",
  "untracked",
  "nonIp",
  "malformed",
  "filtered",
  "undecoded",
];
type Fields = Readonly<Record<string, unknown>>;
/** Replaces the sources when the rest of a line is parsed: no line can have it by intent. */
const TAKEN = Number(crypto.getRandomValues(new BigUint64Array(1))[0]! >> 12n);
const TAKEN_BYTES = new TextEncoder().encode(String(TAKEN));
/**
 * The longest line that JSON.parse gets: what it makes of one may take sixty times
 * the memory. The sources that xdptally writes are scanned, however many.
 */
const MAX_PARSED = 2 ** 24;

/**
 * Reads the lines of captures. The record that `read` returns is valid until the
 * next call.
 */
export class LineReader {
  readonly #rows = new ScannedSources();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Slower, so only asked about what looks wrong. */
  readonly #strict = new TextDecoder("utf-8", { fatal: true });
  /** A line without its sources. */
  #short = new Uint8Array(4096);

  /**
   * Reads one line, without its newline.
   *
   * @throws {SyntaxError} why it is not a record of schema 1
   */
  read(bytes: Uint8Array): CaptureRecord {
    const hasBom = bytes[0] === BOM[0] && bytes[1] === BOM[1] &&
      bytes[2] === BOM[2];
    const line = hasBom ? bytes.subarray(BOM.length) : bytes;
    const short = this.#readShort(line);
    return short !== undefined
      ? checkedRecord(short, this.#rows)
      : checkedRecord(this.#parse(line), undefined);
  }

  #parse(bytes: Uint8Array): unknown {
    if (bytes.length > MAX_PARSED) {
      throw new SyntaxError(
        `a line of ${bytes.length} bytes that xdptally did not write`,
      );
    }
    const text = this.#decoder.decode(bytes);
    if (text.includes(REPLACED)) this.#requireUtf8(bytes);
    return JSON.parse(text);
  }

  #requireUtf8(bytes: Uint8Array): void {
    try {
      this.#strict.decode(bytes);
    } catch {
      throw new SyntaxError("not UTF-8");
    }
  }

  /**
   * Scans the sources and the classes behind them, and parses the rest, which is short. Undefined: the sources
   * are not written the way xdptally writes them.
   */
  #readShort(line: Uint8Array): unknown {
    const bracket = line.indexOf(BRACKET);
    const name = bracket - SOURCES.length;
    if (!SOURCES.every((byte, at) => line[name + at] === byte)) return;
    const end = this.#rows.read(line, bracket + 1);
    if (end < 0) return;
    const classesEnd = this.#rows.readClasses(line, end + 1);
    const after = line.subarray(classesEnd < 0 ? end + 1 : classesEnd);
    const resumed = bracket + TAKEN_BYTES.length;
    const length = resumed + after.length;
    if (length > MAX_PARSED) return;
    if (length > this.#short.length) this.#short = new Uint8Array(length);
    const short = this.#short;
    short.set(line.subarray(0, bracket));
    short.set(TAKEN_BYTES, bracket);
    short.set(after, resumed);
    try {
      const record = this.#parse(short.subarray(0, length)) as Fields;
      // Otherwise what was cut out belongs to a nested object, or is there twice;
      // or rows have more than what is asked for.
      const isWhole = record.sources === TAKEN &&
        hasOnlyItsFields(record, this.#rows) &&
        (classesEnd < 0 || SCANNED.every((name) => record[name] === undefined));
      return isWhole ? record : undefined;
    } catch {
      return; // parsing the whole line gives the right message
    }
  }
}
