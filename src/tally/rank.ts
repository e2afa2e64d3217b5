import {
  minus,
  NOTHING,
  plus,
  type SourceList,
  type Tally,
} from "./sources.ts";

export type Sort = "packets" | "bytes" | "ip";

/** A row of a list, by the list and its place in it. */
interface Place {
  readonly list: SourceList;
  readonly row: number;
}

/** A source as a record shows it. */
export interface Source extends Tally {
  /** Its address, or what else is counted by; see src/key.ts. */
  readonly key: string;
}

/** The rows that a record shows, in order, and what the rest adds up to. */
export interface Ranking {
  readonly places: readonly Place[];
  readonly others: Tally & { readonly sources: number };
}

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
  const places: Place[] = [];
  for (const list of lists) {
    for (let row = 0; row < list.length; row++) places.push({ list, row });
  }
  places.sort(COMPARE[sort]);
  if (top === 0 || places.length <= top) {
    return { places, others: { sources: 0, ...NOTHING } };
  }
  const kept = places.slice(0, top);
  const shown = kept.map(({ list, row }) => list.tally(row)).reduce(plus);
  const all = lists.map((list) => list.sum()).reduce(plus);
  return {
    places: kept,
    others: { sources: places.length - top, ...minus(all, shown) },
  };
}

/** The address and the counters of a place. */
export function sourceAt({ list, row }: Place): Source {
  return {
    key: list.keyText(row),
    ...list.tally(row),
  };
}

const COMPARE: Record<Sort, (a: Place, b: Place) => number> = {
  packets: (a, b) =>
    b.list.packets(b.row) - a.list.packets(a.row) || compareAddresses(a, b),
  bytes: (a, b) =>
    b.list.bytes(b.row) - a.list.bytes(a.row) || compareAddresses(a, b),
  ip: compareAddresses,
};

function compareAddresses(a: Place, b: Place): number {
  if (a.list.words !== b.list.words) return a.list.words - b.list.words;
  const one = a.list.key(a.row);
  const other = b.list.key(b.row);
  for (let at = 0; at < one.length; at++) {
    if (one[at] !== other[at]) return one[at]! - other[at]!;
  }
  return 0;
}
