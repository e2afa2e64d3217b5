/** The codes of compressed blocks. */

/** Codes of up to this many bits are found in one step. */
const FAST_BITS = 10;
const MOST_BITS = 15;

/** Data that are not what their format says. */
export class DamagedData extends Error {
  override readonly name = "DamagedData";
}

/**
 * A canonical Huffman code. @see RFC 1951, section 3.2.2
 */
export class HuffmanCode {
  /** By the next bits: symbol * 16 + length; 0: the code is longer. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /** Number of codes by length, and the symbols in the order of their codes. */
  readonly #counts = new Uint16Array(MOST_BITS + 1);
  readonly #symbols: Uint16Array;

  /**
   * @param lengths bits of each symbol's code, 0: it has none
   * @throws {DamagedData} no code has these lengths
   */
  constructor(lengths: Uint8Array) {
    for (const length of lengths) this.#counts[length]!++;
    const unused = this.#counts[0]!;
    this.#counts[0] = 0;
    const offsets = new Uint16Array(MOST_BITS + 2);
    const next = new Uint16Array(MOST_BITS + 2);
    let left = 1;
    for (let bits = 1; bits <= MOST_BITS; bits++) {
      const count = this.#counts[bits]!;
      left = left * 2 - count;
      if (left < 0) throw new DamagedData("a code is over-subscribed");
      offsets[bits + 1] = offsets[bits]! + count;
      next[bits + 1] = next[bits]! + count << 1;
    }
    // One code of one bit is allowed, and none at all.
    const used = lengths.length - unused;
    if (left > 0 && !(used === 0 || used === 1 && this.#counts[1] === 1)) {
      throw new DamagedData("a code is incomplete");
    }
    this.#symbols = new Uint16Array(used);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const bits = lengths[symbol]!;
      if (bits === 0) continue;
      this.#symbols[offsets[bits]!++] = symbol;
      const code = next[bits]!++;
      if (bits <= FAST_BITS) this.#fill(code, bits, symbol);
    }
  }

  /** Enters a code for all bits that may follow it. Codes come with the first bit lowest. */
  #fill(code: number, bits: number, symbol: number): void {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) {
      reversed = reversed << 1 | code >>> bit & 1;
    }
    for (let at = reversed; at < 1 << FAST_BITS; at += 1 << bits) {
      this.fast[at] = symbol << 4 | bits;
    }
  }

  /**
   * Finds any code, bit by bit.
   *
   * @param bits the next MOST_BITS bits or more
   * @returns symbol * 16 + length
   * @throws {DamagedData} no code begins like that
   */
  slow(bits: number): number {
    let code = 0, first = 0, index = 0;
    for (let length = 1; length <= MOST_BITS; length++, bits >>>= 1) {
      code |= bits & 1;
      const count = this.#counts[length]!;
      if (code - count < first) {
        return this.#symbols[index + code - first]! << 4 | length;
      }
      index += count;
      first = first + count << 1;
      code <<= 1;
    }
    throw new DamagedData("a code is unknown");
  }
}

/** The bits that `HuffmanCode.fast` is indexed by. */
export const FAST_MASK = (1 << FAST_BITS) - 1;
