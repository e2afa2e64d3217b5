const QUOTE = 0x22, COMMA = 0x2c, ZERO = 0x30, END = 0x5d;
/** Digits of a number that is exact however they are. */
const MOST_DIGITS = 15;

const ascii = (text: string) => new TextEncoder().encode(text);
const IP = ascii('{"ip":"');
const PACKETS = ascii('","packets":');
const BYTES = ascii(',"bytes":');
const CLOSE = ascii("}");

/**
 * The sources of a tick, found in the bytes of its line. Most of a capture is
 * these rows, and JSON.parse makes an object and a string of each. This reads
 * only what src/formats/jsonl.ts writes, and refuses all else.
 */
export class SourceRows {
  length = 0;
  /** Where the addresses begin and end in the line. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly packets: number[] = [];
  readonly bytes: number[] = [];
  #at = 0;

  /**
   * Reads the array whose bracket is before `from`.
   *
   * @returns where its closing bracket is; -1: it is refused
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

  #skip(line: Uint8Array, text: Uint8Array): boolean {
    let at = this.#at;
    for (let index = 0; index < text.length; index++) {
      if (line[at++] !== text[index]) return false;
    }
    this.#at = at;
    return true;
  }

  /** Digits, letters, dots and colons: nothing that JSON would escape. */
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

  /** -1: there is no number, or one that is not plain. */
  #number(line: Uint8Array): number {
    const start = this.#at;
    let at = start;
    let value = 0;
    for (let digit; (digit = line[at]! - ZERO) >= 0 && digit <= 9; at++) {
      value = value * 10 + digit;
    }
    this.#at = at;
    const digits = at - start;
    const isPlain = digits > 0 && digits <= MOST_DIGITS &&
      (line[start] !== ZERO || digits === 1);
    return isPlain ? value : -1;
  }
}
