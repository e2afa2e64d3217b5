import { COUNTER, HALVES, type SourceList } from "./source_list.ts";

/** A counter, most first, then the address; or the address alone. */
export type Sort = "packets" | "bytes" | "ip";

/**
 * All rows of `lists` in order, IPv4 before IPv6. A row is told by its number
 * over all lists: those of the second follow those of the first.
 *
 * Rows are sorted by one u32 after the other, the least significant first: the
 * native sort of u64, with the u32 above and the place so far below it, takes a
 * fiftieth of the time of one that compares in JavaScript.
 */
export function ordered(lists: readonly SourceList[], sort: Sort): Uint32Array {
  const order = new Uint32Array(countOf(lists));
  const sorter = new Sorter(order.length);
  let first = 0;
  for (const list of lists) {
    const { keys, words } = list;
    const rows = order.subarray(first, first + list.length);
    for (let row = 0; row < rows.length; row++) rows[row] = row;
    for (let word = words - 1; word >= 0; word--) {
      sorter.sort(rows, (row) => hostOrder(keys[row * words + word]!));
    }
    for (let at = 0; at < rows.length; at++) rows[at]! += first;
    first += list.length;
  }
  if (sort === "ip") return order;
  const halves = new Uint32Array(order.length);
  for (const half of [COUNTER[sort], COUNTER[sort] + 1]) {
    let to = 0;
    for (const { counters, length } of lists) {
      for (let row = 0; row < length; row++) {
        halves[to++] = ~counters[row * HALVES + half]!;
      }
    }
    sorter.sort(order, (row) => halves[row]!);
  }
  return order;
}

export function countOf(lists: readonly SourceList[]): number {
  return lists.reduce((sum, { length }) => sum + length, 0);
}

/** A u32 in network byte order as a number that sorts. */
export function hostOrder(word: number): number {
  return (word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 |
    word >>> 24) >>> 0;
}

/** Room for one sort after the other. */
class Sorter {
  readonly #pairs: BigUint64Array<ArrayBuffer>;
  /** The same, the lower half of each first. */
  readonly #halves: Uint32Array<ArrayBuffer>;
  readonly #before: Uint32Array<ArrayBuffer>;

  /** @param most rows that will be sorted at once */
  constructor(most: number) {
    this.#pairs = new BigUint64Array(most);
    this.#halves = new Uint32Array(this.#pairs.buffer);
    this.#before = new Uint32Array(most);
  }

  /** Sorts rows by a u32 of each; equal ones keep their order. */
  sort(rows: Uint32Array, keyOf: (row: number) => number): void {
    const halves = this.#halves;
    let isSorted = true;
    for (let at = 0, last = 0; at < rows.length; at++) {
      const key = keyOf(rows[at]!);
      halves[2 * at] = at;
      halves[2 * at + 1] = key;
      isSorted &&= key >= last;
      last = key;
    }
    if (isSorted) return;
    this.#pairs.subarray(0, rows.length).sort();
    const before = this.#before;
    before.set(rows);
    for (let at = 0; at < rows.length; at++) {
      rows[at] = before[halves[2 * at]!]!;
    }
  }
}
