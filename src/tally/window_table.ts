/** The sources of a window, counted packet by packet. */
import type { Family } from "../basics/address.ts";
import { grown } from "../basics/growing_array.ts";
import type { Keying } from "../basics/keys.ts";
import { hashWords } from "../basics/seeded_hash.ts";
import { HALVES, SourceList } from "./source_list.ts";

/** An empty slot of the index. */
const EMPTY = 0;
const INITIAL_SLOTS = 256;
const TWO_32 = 2 ** 32;

/**
 * A list of sources with a hash index (open addressing, linear probing, at most half
 * full). Both grow with the sources. Emptying it takes as long as it has sources, so
 * that a window with few costs little after one with many.
 *
 * @example
 * const table = new WindowTable("ipv4", keying, 65_536);
 * if (!table.addPacket(key, 60)) untracked.add(60);
 */
export class WindowTable extends SourceList {
  readonly #limit: number;
  /** Row + 1, or EMPTY. */
  #index = new Uint32Array(INITIAL_SLOTS);
  /** The slot of each row. */
  #slots = new Uint32Array(INITIAL_SLOTS / 2);

  /** @param limit rows; further sources get none */
  constructor(family: Family, keying: Keying, limit: number) {
    super(family, keying);
    this.#limit = limit;
  }

  /**
   * Counts a packet.
   *
   * @param key in network byte order; its first words are read
   * @param bytes below 2^32
   * @returns false: the source has no row, because all are taken
   */
  addPacket(key: Uint32Array, bytes: number): boolean {
    const row = this.#rowOf(key);
    if (row < 0) return false;
    const { counters } = this;
    const at = row * HALVES;
    const packets = counters[at]! + 1;
    counters[at] = packets;
    if (packets === TWO_32) counters[at + 1]!++;
    const low = counters[at + 2]! + bytes;
    counters[at + 2] = low;
    if (low >= TWO_32) counters[at + 3]!++;
    return true;
  }

  override clear(): void {
    const index = this.#index, slots = this.#slots;
    for (let row = 0; row < this.length; row++) index[slots[row]!] = EMPTY;
    super.clear();
  }

  /** The row of a source, which is made if there is none; -1: there is no room. */
  #rowOf(key: Uint32Array): number {
    const { words, keys } = this;
    const index = this.#index;
    const mask = index.length - 1;
    let slot = hashWords(key, 0, words) & mask;
    for (let found; (found = index[slot]!) !== EMPTY;) {
      const at = (found - 1) * words;
      let word = 0;
      while (word < words && keys[at + word] === key[word]) word++;
      if (word === words) return found - 1;
      slot = (slot + 1) & mask;
    }
    const row = this.length;
    if (row === this.#limit) return -1;
    this.append(key);
    index[slot] = row + 1;
    this.#slots[row] = slot;
    if (row + 1 === this.#slots.length) this.#grow();
    return row;
  }

  /** Doubles the slots. */
  #grow(): void {
    const { words, keys, length } = this;
    const index = new Uint32Array(this.#index.length * 2);
    const slots = grown(this.#slots);
    const mask = index.length - 1;
    for (let row = 0; row < length; row++) {
      let slot = hashWords(keys, row * words, words) & mask;
      while (index[slot] !== EMPTY) slot = (slot + 1) & mask;
      index[slot] = row + 1;
      slots[row] = slot;
    }
    this.#index = index;
    this.#slots = slots;
  }
}
