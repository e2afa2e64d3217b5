/** Reads the sources and the classes of a tick without JSON.parse: most of a capture is these. */
import { isCount, type JsonCount } from "./counts.ts";
import {
  keyHash,
  mixedCharacter,
  rowHash,
  rowLinear,
  type RowSums,
} from "./row_hash.ts";

const QUOTE = 0x22, COMMA = 0x2c, ZERO = 0x30, BACKSLASH = 0x5c, END = 0x5d;
const FIRST_PRINTED = 0x20, LAST_PRINTED = 0x7e;
/** Any number with this many digits is exact as a double. */
const MAX_DIGITS = 15;

const ascii = (text: string) => new TextEncoder().encode(text);
const IP = ascii('{"ip":"');
const KEY = ascii('{"key":"');
const PACKETS = ascii('","packets":');
const BYTES = ascii(',"bytes":');
const CLOSE = ascii("}");
/** What is between the counters of the classes that follow the sources. */
const CLASSES = [
  ',"others":{"sources":',
  ',"packets":',
  ',"bytes":',
  '},"untracked":{"packets":',
  ',"bytes":',
  ',"full":',
  ',"noMemory":',
  ',"busy":',
  '},"nonIp":{"packets":',
  ',"bytes":',
  '},"malformed":{"packets":',
  ',"bytes":',
  '},"filtered":{"packets":',
  ',"bytes":',
].map(ascii);

/** The counters of CLASSES, in their order. */
// deno-fmt-ignore
export type ScannedClasses = readonly [
  sources: JsonCount, others: JsonCount, otherBytes: JsonCount,
  untracked: JsonCount, untrackedBytes: JsonCount,
  full: JsonCount, noMemory: JsonCount, busy: JsonCount,
  nonIp: JsonCount, nonIpBytes: JsonCount,
  malformed: JsonCount, malformedBytes: JsonCount,
  filtered: JsonCount, filteredBytes: JsonCount,
];

/**
 * The sources of a tick, scanned in the bytes of its line; JSON.parse would create
 * an object and a string for each. It accepts exactly what src/formats/jsonl.ts
 * writes, and refuses everything else. Row i is in element i of each array.
 */
export class ScannedSources implements RowSums {
  /** The line that was scanned. */
  line = new Uint8Array();
  length = 0;
  /** Start and end of each key in the line. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly packets: JsonCount[] = [];
  readonly bytes: JsonCount[] = [];
  /** Sums of the rows; NaN if one of them is a string. They are exact up to 2^53. */
  packetSum = 0;
  byteSum = 0;
  /** The counters of CLASSES; empty: they were not scanned. */
  readonly classes: JsonCount[] = [];
  hash = 0;
  linear = 0;
  #at = 0;
  /** The hash of the key that was read last. */
  #key = 0;

  /**
   * Reads the array whose opening bracket is just before index `from`.
   *
   * @returns index of its closing bracket; -1: it is refused
   */
  read(line: Uint8Array, from: number): number {
    this.line = line as Uint8Array<ArrayBuffer>;
    this.length = this.classes.length = 0;
    this.packetSum =
      this.byteSum =
      this.hash =
      this.linear =
        0;
    this.#at = from;
    if (line[from] === END) return from;
    const name = this.#skip(line, IP) ? IP : KEY;
    for (this.#at = from;; this.#at++) {
      const row = this.length;
      if (!this.#skip(line, name)) return -1;
      this.from[row] = this.#at;
      if (!this.#skipKey(line)) return -1;
      this.to[row] = this.#at;
      if (!this.#skip(line, PACKETS)) return -1;
      const packets = this.#count(line);
      if (packets === -1 || !this.#skip(line, BYTES)) return -1;
      const bytes = this.#count(line);
      if (bytes === -1 || !this.#skip(line, CLOSE)) return -1;
      this.packets[row] = packets;
      this.bytes[row] = bytes;
      this.packetSum += typeof packets === "number" ? packets : NaN;
      this.byteSum += typeof bytes === "number" ? bytes : NaN;
      this.hash = this.hash + rowHash(this.#key, packets, bytes) | 0;
      this.linear = this.linear + rowLinear(this.#key, packets, bytes) | 0;
      this.length++;
      if (line[this.#at] === END) return this.#at;
      if (line[this.#at] !== COMMA) return -1;
    }
  }

  /**
   * Reads the counters of the classes, if they follow from index `from` on.
   *
   * @returns index after them; -1: they are refused
   */
  readClasses(line: Uint8Array, from: number): number {
    this.#at = from;
    for (const text of CLASSES) {
      const count = this.#skip(line, text) ? this.#count(line) : -1;
      if (count === -1) {
        this.classes.length = 0;
        return -1;
      }
      this.classes.push(count);
    }
    if (this.#skip(line, CLOSE)) return this.#at;
    this.classes.length = 0;
    return -1;
  }

  /** Steps over `text`, if the line continues with it. */
  #skip(line: Uint8Array, text: Uint8Array): boolean {
    let at = this.#at;
    for (let index = 0; index < text.length; index++) {
      if (line[at++] !== text[index]) return false;
    }
    this.#at = at;
    return true;
  }

  /** Steps over printable ASCII that JSON does not escape, and hashes it. */
  #skipKey(line: Uint8Array): boolean {
    let at = this.#at;
    let hash = 0;
    for (; line[at] !== QUOTE; at++) {
      const byte = line[at]!;
      if (
        !(byte >= FIRST_PRINTED && byte <= LAST_PRINTED) || byte === BACKSLASH
      ) return false;
      hash = mixedCharacter(hash, byte);
    }
    this.#at = at;
    this.#key = keyHash(hash);
    return true;
  }

  /** Reads a counter; -1: there is none, or it starts with 0. */
  #count(line: Uint8Array): JsonCount {
    const start = this.#at;
    let at = start;
    let value = 0;
    for (let digit; (digit = line[at]! - ZERO) >= 0 && digit <= 9; at++) {
      value = value * 10 + digit;
    }
    this.#at = at;
    const digits = at - start;
    const isPlain = digits > 0 && digits <= MAX_DIGITS &&
      (line[start] !== ZERO || digits === 1);
    return isPlain ? value : this.#largeCount(line, start);
  }

  /** Reads a counter of more digits: a string of them from 2^53 on. */
  #largeCount(line: Uint8Array, start: number): JsonCount {
    const isText = line[start] === QUOTE;
    const from = isText ? start + 1 : start;
    let to = from;
    while (line[to]! >= ZERO && line[to]! <= ZERO + 9 && to - from <= 100) to++;
    const digits = String.fromCharCode(...line.subarray(from, to));
    if (!isCount(digits) || isText && line[to] !== QUOTE) return -1;
    this.#at = isText ? to + 1 : to;
    const value = isText ? digits : Number(digits);
    return isCount(value) && isText === Number(digits) > Number.MAX_SAFE_INTEGER
      ? value
      : -1;
  }
}
