/** A hash table for keys that are bytes of a line. */
import { grown } from "../basics/growing_array.ts";
import { hashBytes } from "../basics/seeded_hash.ts";

/** Row numbers by key. Keys are bytes: looking one up creates no string. */
export class ByteIndex {
  /** The number of an entry + 1; 0: the slot is empty. At most half are taken. */
  #slots = new Uint32Array(2048);
  #length = 0;
  #rows = new Uint32Array(1024);
  /** End of each key in the pool; it begins where the key before ends. */
  #ends = new Uint32Array(1024);
  #pool = new Uint8Array(16_384);

  /** The row of the key in `bytes` from index `from` up to `to`; -1: it is new. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const entry = this.#slots[this.#slotOf(bytes, from, to)]!;
    return entry === 0 ? -1 : this.#rows[entry - 1]!;
  }

  /** Adds a key that `find` did not find. */
  add(bytes: Uint8Array, from: number, to: number, row: number): void {
    const entry = this.#length++;
    const begin = this.#begin(entry);
    const end = begin + to - from;
    this.#reserve(end);
    this.#pool.set(bytes.subarray(from, to), begin);
    this.#rows[entry] = row;
    this.#ends[entry] = end;
    if (this.#length * 2 > this.#slots.length) this.#rehash();
    else this.#slots[this.#slotOf(bytes, from, to)] = this.#length;
  }

  #begin(entry: number): number {
    return entry === 0 ? 0 : this.#ends[entry - 1]!;
  }

  /** The slot of the key: the one that holds it, or the empty one to use. */
  #slotOf(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashBytes(bytes, from, to) & mask;
    for (;; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0 || this.#isAt(entry - 1, bytes, from, to)) return slot;
    }
  }

  #isAt(entry: number, bytes: Uint8Array, from: number, to: number): boolean {
    const pool = this.#pool;
    let at = this.#begin(entry);
    if (this.#ends[entry]! - at !== to - from) return false;
    for (; from < to; from++, at++) {
      if (pool[at] !== bytes[from]) return false;
    }
    return true;
  }

  #reserve(bytes: number): void {
    if (this.#length > this.#rows.length) {
      this.#rows = grown(this.#rows);
      this.#ends = grown(this.#ends);
    }
    if (bytes > this.#pool.length) {
      this.#pool = grown(this.#pool, bytes);
    }
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#length; entry++) {
      const slot = this.#slotOf(
        this.#pool,
        this.#begin(entry),
        this.#ends[entry]!,
      );
      this.#slots[slot] = entry + 1;
    }
  }
}
