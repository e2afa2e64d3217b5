import type { Family } from "../basics/address.ts";
import type { Keying } from "../basics/keys.ts";
import { hashWords } from "../basics/seeded_hash.ts";
import {
  addCounters,
  HALVES,
  readTally,
  SourceList,
  type Tally,
} from "./source_list.ts";

/** In the index: no row. */
const EMPTY = 0;

/**
 * Cumulative totals by source: a list of rows and an open-addressing index
 * with linear probing, at most half full. Rows are never evicted; a source
 * that comes when `limit` rows exist gets none, and `add` says what that was.
 * There is room for all from the start: the kernel gives memory to what is
 * used of it, and arrays that grow leave as much garbage as they have.
 */
export class SourceTable extends SourceList {
  readonly #limit: number;
  /** Row + 1, or EMPTY. */
  readonly #index: Uint32Array;
  /** What was added last, and the row + 1 of each of its rows, or EMPTY. */
  #added: SourceList | undefined;
  #rows = new Uint32Array(0);

  constructor(family: Family, limit: number, keying?: Keying) {
    super(family, keying, limit);
    this.#limit = limit;
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(limit) + 1));
  }

  /**
   * Adds every row of `list`.
   *
   * @returns what belonged to sources that got no row
   */
  add(list: SourceList): Tally {
    const untracked = new Uint32Array(HALVES);
    this.#added = list;
    if (this.#rows.length !== list.capacity) {
      this.#rows = new Uint32Array(list.capacity);
    }
    const rows = this.#rows;
    for (let row = 0; row < list.length; row++) {
      const slot = this.#slotOf(list, row);
      const found = this.#index[slot]!;
      if (found !== EMPTY) {
        this.addRow(found - 1, list, row);
        rows[row] = found;
      } else if (this.length < this.#limit) {
        this.appendRow(list, row);
        this.#index[slot] = rows[row] = this.length;
      } else {
        addCounters(untracked, 0, list, row);
        rows[row] = EMPTY;
      }
    }
    return readTally(untracked, 0);
  }

  /**
   * The row of the source in row `row` of `list`; undefined: it has none. That
   * of the list that was added last, and has not changed since, is remembered.
   */
  rowOf(list: SourceList, row: number): number | undefined {
    if (list === this) return row;
    const found = list === this.#added
      ? this.#rows[row]!
      : this.#index[this.#slotOf(list, row)]!;
    return found === EMPTY ? undefined : found - 1;
  }

  /** Where the source is in the index, or where it would be. */
  #slotOf(list: SourceList, row: number): number {
    const { words } = this;
    const mask = this.#index.length - 1;
    const at = row * words;
    let slot = hashWords(list.keys, at, words) & mask;
    for (;; slot = (slot + 1) & mask) {
      const found = this.#index[slot]!;
      if (found === EMPTY) return slot;
      const mine = (found - 1) * words;
      let word = 0;
      while (word < words && this.keys[mine + word] === list.keys[at + word]) {
        word++;
      }
      if (word === words) return slot;
    }
  }
}
