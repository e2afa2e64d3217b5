/** A set of integers that lie close together: a bit for each. */

const WORDS = 32;
const BITS = WORDS * 32;

/**
 * @example
 * const seen = new SparseBits();
 * seen.add(60); // true: it is new
 * seen.has(60); // true
 */
export class SparseBits {
  readonly #blocks = new Map<number, Uint32Array>();

  has(number: number): boolean {
    const block = Math.floor(number / BITS);
    const bit = number - block * BITS;
    return ((this.#blocks.get(block)?.[bit >>> 5] ?? 0) >>> (bit & 31) & 1) ===
      1;
  }

  /** @returns whether it is new */
  add(number: number): boolean {
    if (this.has(number)) return false;
    const block = Math.floor(number / BITS);
    const bit = number - block * BITS;
    let words = this.#blocks.get(block);
    if (words === undefined) {
      this.#blocks.set(block, words = new Uint32Array(WORDS));
    }
    words[bit >>> 5]! |= 1 << (bit & 31);
    return true;
  }
}
