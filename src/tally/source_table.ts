/** The totals of a run by source. */
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

/** An empty slot of the index. */
const EMPTY = 0;

/**
 * Totals by source: a list of rows, and a hash index (open addressing, linear
 * probing, at most half full). Rows are never removed. Once `limit` rows exist,
 * new sources get none, and `add` returns their sum.
 *
 * All arrays have room for `capacity` rows from the start: the kernel provides memory
 * only for pages that are written, and growing an array leaves the old one as
 * garbage. They grow beyond that, for tables of which there are many.
 *
 * @example
 * const table = new SourceTable("ipv4", 65_536);
 * const untracked = table.add(list); // packets and bytes of sources without a row
 */
export class SourceTable extends SourceList {
  readonly #limit: number;
  /** Row + 1, or EMPTY. */
  #index: Uint32Array;
  /** The list added last, and for each of its rows the row here + 1, or EMPTY. */
  #added: SourceList | undefined;
  #rows = new Uint32Array(0);

  constructor(
    family: Family,
    limit: number,
    keying?: Keying,
    capacity = limit,
  ) {
    super(family, keying, capacity);
    this.#limit = limit;
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(capacity) + 1));
  }

  /**
   * Adds every row of `list`.
   *
   * @returns the sum of the sources that did not fit
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
        if (this.length * 2 > this.#index.length) this.#grow();
      } else {
        addCounters(untracked, 0, list, row);
        rows[row] = EMPTY;
      }
    }
    return readTally(untracked, 0);
  }

  /**
   * The row of the source that is in row `row` of `list`; undefined: it has none.
   * Fast for the list that was added last, which must not have changed since.
   */
  rowOf(list: SourceList, row: number): number | undefined {
    if (list === this) return row;
    const found = list === this.#added
      ? this.#rows[row]!
      : this.#index[this.#slotOf(list, row)]!;
    return found === EMPTY ? undefined : found - 1;
  }

  #grow(): void {
    this.#index = new Uint32Array(this.#index.length * 2);
    for (let row = 0; row < this.length; row++) {
      this.#index[this.#slotOf(this, row)] = row + 1;
    }
  }

  /** The slot of the source: the one that holds it, or the empty one to use. */
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
