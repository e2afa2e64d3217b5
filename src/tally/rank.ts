/** Ranks the sources of a record. */
import type { FieldValue } from "../basics/keys.ts";
import { countOf, ordered, type Sort } from "./order.ts";
import {
  minus,
  NOTHING,
  plus,
  type SourceList,
  type SourceSum,
  type Tally,
} from "./source_list.ts";
import { firstRows } from "./first_rows.ts";

/** A row of a list. */
export interface Place {
  readonly list: SourceList;
  readonly row: number;
}

/** A source as a record shows it. */
export interface Source extends Tally {
  /** See `keyText` in src/basics/keys.ts. */
  readonly key: string;
  readonly values: readonly FieldValue[];
}

/** The rows that a record shows, in order, and the sum of the rest. */
interface Ranking {
  readonly places: Iterable<Place>;
  readonly shown: SourceSum;
  readonly others: SourceSum;
}

/** Up to this many first rows are searched for; for more, all rows are sorted. */
const FEW = 256;

/**
 * Orders the rows of `lists` by packets or bytes, most first, then by address;
 * or by address alone. IPv4 comes before IPv6.
 *
 * @param top rows to return, 0 for all; the rest is summed up in `others`
 * @param all the sum of all rows
 *
 * @example
 * const { places, others } = rank([ipv4, ipv6], "packets", 10);
 * for (const place of places) console.log(sourceAt(place).key);
 */
export function rank(
  lists: readonly SourceList[],
  sort: Sort,
  top: number,
  all: Tally = lists.map((list) => list.sum()).reduce(plus),
): Ranking {
  const count = countOf(lists);
  const kept = top === 0 ? count : Math.min(top, count);
  let rows: Uint32Array | undefined;
  const inOrder = () =>
    rows ??= kept < count && kept <= FEW
      ? firstRows(lists, sort, kept)
      : ordered(lists, sort).subarray(0, kept);
  const places = {
    // Ordered when asked for: metrics alone need no order of all rows.
    *[Symbol.iterator]() {
      for (const row of inOrder()) yield placeOf(lists, row);
    },
  };
  let shown = all;
  if (kept < count) {
    shown = NOTHING;
    for (const { list, row } of places) shown = plus(shown, list.tally(row));
  }
  return {
    places,
    shown: { sources: kept, ...shown },
    others: { sources: count - kept, ...minus(all, shown) },
  };
}

/** The row with a number over all lists. */
function placeOf(lists: readonly SourceList[], number: number): Place {
  let row = number;
  for (const list of lists) {
    if (row < list.length) return { list, row };
    row -= list.length;
  }
  throw new RangeError(`There is no row ${number}`);
}

/** The key and the counters of a row. */
export function sourceAt({ list, row }: Place): Source {
  return {
    key: list.keyText(row),
    values: list.values(row),
    ...list.tally(row),
  };
}
