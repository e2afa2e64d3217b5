import { countOf, ordered, type Sort } from "./order.ts";
import {
  minus,
  NOTHING,
  plus,
  type SourceList,
  type Tally,
} from "./source_list.ts";
import { firstRows } from "./first_rows.ts";

/** A row of a list, by the list and its place in it. */
export interface Place {
  readonly list: SourceList;
  readonly row: number;
}

/** A source as a record shows it. */
export interface Source extends Tally {
  /** Its address, or what else is counted by; see src/basics/keys.ts. */
  readonly key: string;
}

/** The rows that a record shows, in order, and what the rest adds up to. */
interface Ranking {
  readonly places: Iterable<Place>;
  readonly others: Tally & { readonly sources: number };
}

/** So many of the first are looked for; for more, all rows are sorted. */
const FEW = 256;

/**
 * Orders the rows of `lists` by packets or bytes, most first, then by address;
 * or by address alone. IPv4 comes before IPv6.
 *
 * @param top how many rows to keep, 0 for all; the rest becomes `others`
 */
export function rank(
  lists: readonly SourceList[],
  sort: Sort,
  top: number,
): Ranking {
  const count = countOf(lists);
  const kept = top === 0 ? count : Math.min(top, count);
  const rows = kept < count && kept <= FEW
    ? firstRows(lists, sort, kept)
    : ordered(lists, sort).subarray(0, kept);
  const places = {
    *[Symbol.iterator]() {
      for (const row of rows) yield placeOf(lists, row);
    },
  };
  if (kept === count) return { places, others: { sources: 0, ...NOTHING } };
  let shown = NOTHING;
  for (const { list, row } of places) shown = plus(shown, list.tally(row));
  const all = lists.map((list) => list.sum()).reduce(plus);
  return { places, others: { sources: count - kept, ...minus(all, shown) } };
}

/** The place of a row by its number over all lists. */
function placeOf(lists: readonly SourceList[], number: number): Place {
  let row = number;
  for (const list of lists) {
    if (row < list.length) return { list, row };
    row -= list.length;
  }
  throw new RangeError(`There is no row ${number}`);
}

/** The address and the counters of a place. */
export function sourceAt({ list, row }: Place): Source {
  return {
    key: list.keyText(row),
    ...list.tally(row),
  };
}
