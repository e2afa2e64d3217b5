/** Reads the sources of a tick without JSON.parse: most of a capture is sources. */

const QUOTE = 0x22, COMMA = 0x2c, ZERO = 0x30, END = 0x5d;
/** Any number with this many digits is exact as a double. */
const MAX_DIGITS = 15;

const ascii = (text: string) => new TextEncoder().encode(text);
const IP = ascii('{"ip":"');
const PACKETS = ascii('","packets":');
const BYTES = ascii(',"bytes":');
const CLOSE = ascii("}");

/**
 * The sources of a tick, scanned in the bytes of its line; JSON.parse would create
 * an object and a string for each. It accepts exactly what src/formats/jsonl.ts
 * writes, and refuses everything else. Row i is in element i of each array.
 */
export class ScannedSources {
  length = 0;
  /** Start and end of each address in the line. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly packets: number[] = [];
  readonly bytes: number[] = [];
  #at = 0;

  /**
   * Reads the array whose opening bracket is just before index `from`.
   *
   * @returns index of its closing bracket; -1: it is refused
   */
  read(line: Uint8Array, from: number): number {
    this.length = 0;
    this.#at = from;
    if (line[from] === END) return from;
    for (;; this.#at++) {
      const row = this.length;
      if (!this.#skip(line, IP)) return -1;
      this.from[row] = this.#at;
      if (!this.#skipAddress(line)) return -1;
      this.to[row] = this.#at;
      if (!this.#skip(line, PACKETS)) return -1;
      const packets = this.#number(line);
      if (packets < 0 || !this.#skip(line, BYTES)) return -1;
      const bytes = this.#number(line);
      if (bytes < 0 || !this.#skip(line, CLOSE)) return -1;
      this.packets[row] = packets;
      this.bytes[row] = bytes;
      this.length++;
      if (line[this.#at] === END) return this.#at;
      if (line[this.#at] !== COMMA) return -1;
    }
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

  /** Steps over digits, a to f, dots and colons: JSON escapes none of them. */
  #skipAddress(line: Uint8Array): boolean {
    let at = this.#at;
    for (; line[at] !== QUOTE; at++) {
      const byte = line[at]!;
      if (!(byte >= 0x2e && byte <= 0x3a || byte >= 0x61 && byte <= 0x66)) {
        return false;
      }
    }
    this.#at = at;
    return true;
  }

  /** Reads an integer; -1: there is none, or it is too long or starts with 0. */
  #number(line: Uint8Array): number {
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
    return isPlain ? value : -1;
  }
}
