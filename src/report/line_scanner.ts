/** Reads texts and counters in the bytes of a line, without creating strings. */
import { isCount, type JsonCount } from "./counts.ts";

const QUOTE = 0x22, ZERO = 0x30;
/** Any number with this many digits is exact as a double. */
const MAX_DIGITS = 15;

/** The bytes of a text, to compare with those of a line. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * A place in a line.
 *
 * @example
 * const scanner = new LineScanner();
 * scanner.begin(line, 0);
 * const packets = scanner.skip(ascii('{"packets":')) ? scanner.count() : -1;
 */
export class LineScanner {
  line = new Uint8Array();
  at = 0;

  begin(line: Uint8Array, at: number): void {
    this.line = line as Uint8Array<ArrayBuffer>;
    this.at = at;
  }

  /** Steps over `text`, if the line continues with it. */
  skip(text: Uint8Array): boolean {
    const { line } = this;
    let at = this.at;
    for (let index = 0; index < text.length; index++) {
      if (line[at++] !== text[index]) return false;
    }
    this.at = at;
    return true;
  }

  /** Reads a counter; -1: there is none, or it starts with 0. */
  count(): JsonCount {
    const { line } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    for (let digit; (digit = line[at]! - ZERO) >= 0 && digit <= 9; at++) {
      value = value * 10 + digit;
    }
    this.at = at;
    const digits = at - start;
    const isShort = digits > 0 && digits <= MAX_DIGITS &&
      (line[start] !== ZERO || digits === 1);
    return isShort ? value : this.#largeCount(start);
  }

  /** Reads a counter of more digits: a string of them from 2^53 on. */
  #largeCount(start: number): JsonCount {
    const { line } = this;
    const isText = line[start] === QUOTE;
    const from = isText ? start + 1 : start;
    let to = from;
    while (line[to]! >= ZERO && line[to]! <= ZERO + 9 && to - from <= 100) to++;
    const digits = String.fromCharCode(...line.subarray(from, to));
    if (!isCount(digits) || isText && line[to] !== QUOTE) return -1;
    this.at = isText ? to + 1 : to;
    const value = isText ? digits : Number(digits);
    return isCount(value) && isText === Number(digits) > Number.MAX_SAFE_INTEGER
      ? value
      : -1;
  }
}
