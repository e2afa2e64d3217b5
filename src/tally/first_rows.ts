/** Finds the first rows in order without sorting the rest. */
import { countOf, hostOrder, type Sort } from "./order.ts";
import { COUNTER, HALVES, type SourceList } from "./source_list.ts";

const TWO_32 = 2 ** 32;

/**
 * The first `top` elements of `ordered(lists, sort)`. It passes over the rows
 * once and inserts each one that belongs among the first found so far; most do
 * not.
 *
 * @returns row numbers over all lists, as `ordered` returns them
 */
export function firstRows(
  lists: readonly SourceList[],
  sort: Sort,
  top: number,
): Uint32Array {
  const most = Math.min(top, countOf(lists));
  const rows = new Uint32Array(most);
  const values = new Float64Array(most);
  let count = 0;
  let first = 0;
  for (const list of lists) {
    for (let row = 0; row < list.length; row++) {
      const value = valueOf(list, row, sort);
      let place = count;
      while (place > 0) {
        const other = rows[place - 1]! - first;
        const isBefore = value !== values[place - 1]
          ? value > values[place - 1]!
          : other >= 0 && isLower(list, row, other); // IPv4 before IPv6
        if (!isBefore) break;
        place--;
      }
      if (place === most) continue;
      rows.copyWithin(place + 1, place, most - 1);
      values.copyWithin(place + 1, place, most - 1);
      rows[place] = first + row;
      values[place] = value;
      if (count < most) count++;
    }
    first += list.length;
  }
  return rows;
}

/** The counter that `sort` names, rounded above 2^53; 0 to sort by address. */
function valueOf(list: SourceList, row: number, sort: Sort): number {
  if (sort === "ip") return 0;
  const at = row * HALVES + COUNTER[sort];
  return list.counters[at]! + list.counters[at + 1]! * TWO_32;
}

/** Whether the address of row `one` comes before that of row `other`. */
function isLower({ keys, words }: SourceList, one: number, other: number) {
  for (let word = 0; word < words; word++) {
    const a = keys[one * words + word]!, b = keys[other * words + word]!;
    if (a !== b) return hostOrder(a) < hostOrder(b);
  }
  return false;
}
