/** Reads the sources and the classes of a tick without JSON.parse: most of a capture is these. */
import type { FieldValue } from "../basics/keys.ts";
import { scanClasses } from "./class_scanner.ts";
import type { JsonCount } from "./counts.ts";
import { ascii, LineScanner } from "./line_scanner.ts";
import {
  keyHash,
  mixedCharacter,
  rowHash,
  rowLinear,
  type RowSums,
} from "./row_hash.ts";

const QUOTE = 0x22, COMMA = 0x2c, ZERO = 0x30, BACKSLASH = 0x5c, END = 0x5d;
const HYPHEN = 0x2d, NINE = 0x39, COLON = 0x3a;
/** Of a port or a VLAN; JSON.parse gets what has more. */
const MOST_DIGITS = 9;
const FIRST_PRINTED = 0x20, LAST_PRINTED = 0x7e;

const IP = ascii('{"ip":"');
const PACKETS = ascii(',"packets":');
const BYTES = ascii(',"bytes":');
const OPEN = ascii("{"), CLOSE = ascii("}");
const NULL = ascii("null");

/** A row begins with this field; most have no other. */
const ADDRESS = "ip";

/**
 * The sources of a tick, scanned in the bytes of its line; JSON.parse would create
 * an object and a string for each. It accepts exactly what src/formats/jsonl.ts
 * writes, and refuses everything else. Row i is in element i of each array.
 */
export class ScannedSources implements RowSums {
  readonly #scanner = new LineScanner();
  length = 0;
  /** The fields of each row, in their order. */
  readonly fields: string[] = [];
  /** What is in front of the value of each field. */
  #before: Uint8Array[] = [];
  /** Start and end of each key in the line: of the address alone, or of all fields. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly packets: JsonCount[] = [];
  readonly bytes: JsonCount[] = [];
  /** Sums of the rows; NaN if one of them is a string. They are exact up to 2^53. */
  packetSum = 0;
  byteSum = 0;
  /** The counters of `ScannedClasses`; empty: they were not scanned. */
  readonly classes: JsonCount[] = [];
  hash = 0;
  linear = 0;
  /** The hash of the key that was read last, without its end. */
  #hash = 0;

  /** The line that was scanned. */
  get line(): Uint8Array {
    return this.#scanner.line;
  }

  /** The values of the fields of a row. */
  values(row: number): FieldValue[] {
    const text = new TextDecoder()
      .decode(this.line.subarray(this.from[row], this.to[row]));
    return this.fields[0] === ADDRESS
      ? [text]
      : Object.values(JSON.parse(`{${text}}`));
  }

  /**
   * Reads the array whose opening bracket is just before index `from`.
   *
   * @returns index of its closing bracket; -1: it is refused
   */
  read(line: Uint8Array, from: number): number {
    const scanner = this.#scanner;
    scanner.begin(line, from);
    this.length = this.classes.length = 0;
    this.packetSum =
      this.byteSum =
      this.hash =
      this.linear =
        0;
    if (line[from] === END) return from;
    const isPlain = scanner.skip(IP);
    scanner.at = from;
    if (isPlain) this.fields.splice(0, Infinity, ADDRESS);
    else if (!this.#readFields()) return -1;
    for (scanner.at = from;; scanner.at++) {
      const isRead = isPlain ? this.#readAddress() : this.#readKey();
      if (!isRead || !this.#readCounts()) return -1;
      if (line[scanner.at] === END) return scanner.at;
      if (line[scanner.at] !== COMMA) return -1;
    }
  }

  /**
   * Reads the counters of the classes, if they follow from index `from` on.
   *
   * @returns index after them; -1: they are refused
   */
  readClasses(line: Uint8Array, from: number): number {
    this.#scanner.begin(line, from);
    return scanClasses(this.#scanner, this.classes) ? this.#scanner.at : -1;
  }

  /** Reads which fields the first row has: the others must have the same ones. */
  #readFields(): boolean {
    const scanner = this.#scanner;
    const { line } = scanner;
    this.fields.length = this.#before.length = 0;
    if (!scanner.skip(OPEN)) return false;
    for (; !scanner.skip(PACKETS); scanner.at++) {
      const start = scanner.at;
      if (this.fields.length > 0 && line[start] !== COMMA) return false;
      const from = this.fields.length > 0 ? start + 1 : start;
      const to = line.indexOf(QUOTE, from + 1);
      if (line[from] !== QUOTE || to < 0 || line[to + 1] !== COLON) {
        return false;
      }
      const name = new TextDecoder().decode(line.subarray(from + 1, to));
      if (name === ADDRESS) return false;
      this.fields.push(name);
      this.#before.push(line.slice(start, to + 2)); // with the colon
      scanner.at = to + 2;
      if (!this.#skipValue()) return false;
      scanner.at--;
    }
    return this.fields.length > 0;
  }

  #readAddress(): boolean {
    const scanner = this.#scanner;
    if (!scanner.skip(IP)) return false;
    this.from[this.length] = scanner.at;
    this.#hash = 0;
    if (!this.#skipText()) return false;
    this.to[this.length] = scanner.at++;
    return true;
  }

  /** Reads all fields of a row; they hash like the text of the key. */
  #readKey(): boolean {
    const scanner = this.#scanner;
    if (!scanner.skip(OPEN)) return false;
    this.from[this.length] = scanner.at;
    this.#hash = 0;
    for (let field = 0; field < this.#before.length; field++) {
      if (!scanner.skip(this.#before[field]!)) return false;
      if (field > 0) this.#hash = mixedCharacter(this.#hash, COMMA);
      if (!this.#skipValue()) return false;
    }
    this.to[this.length] = scanner.at;
    return true;
  }

  /** Steps over a text, a whole number or null, and hashes it. */
  #skipValue(): boolean {
    const scanner = this.#scanner;
    const { line } = scanner;
    if (scanner.skip(NULL)) {
      this.#hash = mixedCharacter(this.#hash, HYPHEN);
      return true;
    }
    if (line[scanner.at] === QUOTE) {
      scanner.at++;
      return this.#skipText() && ++scanner.at > 0;
    }
    const from = scanner.at;
    for (
      ;
      line[scanner.at]! >= ZERO && line[scanner.at]! <= NINE;
      scanner.at++
    ) {
      this.#hash = mixedCharacter(this.#hash, line[scanner.at]!);
    }
    const digits = scanner.at - from;
    return digits === 1 ||
      digits > 1 && digits <= MOST_DIGITS && line[from] !== ZERO;
  }

  /** Steps over printable ASCII that JSON does not escape, up to a quote, and hashes it. */
  #skipText(): boolean {
    const scanner = this.#scanner;
    const { line } = scanner;
    let { at } = scanner;
    let hash = this.#hash;
    for (; line[at] !== QUOTE; at++) {
      const byte = line[at]!;
      if (
        !(byte >= FIRST_PRINTED && byte <= LAST_PRINTED) || byte === BACKSLASH
      ) return false;
      hash = mixedCharacter(hash, byte);
    }
    scanner.at = at;
    this.#hash = hash;
    return true;
  }

  /** Reads the counters of a row, and ends it. */
  #readCounts(): boolean {
    const scanner = this.#scanner;
    const packets = scanner.skip(PACKETS) ? scanner.count() : -1;
    if (packets === -1 || !scanner.skip(BYTES)) return false;
    const bytes = scanner.count();
    if (bytes === -1 || !scanner.skip(CLOSE)) return false;
    const row = this.length++;
    this.packets[row] = packets;
    this.bytes[row] = bytes;
    this.packetSum += typeof packets === "number" ? packets : NaN;
    this.byteSum += typeof bytes === "number" ? bytes : NaN;
    const key = keyHash(this.#hash);
    this.hash = this.hash + rowHash(key, packets, bytes) | 0;
    this.linear = this.linear + rowLinear(key, packets, bytes) | 0;
    return true;
  }
}
