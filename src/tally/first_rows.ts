import { countOf, hostOrder, type Sort } from "./order.ts";
import { COUNTER, HALVES, type SourceList } from "./source_list.ts";

const TWO_32 = 2 ** 32;

/**
 * The first rows of `lists`, in the order and by the numbers of `ordered`,
 * without sorting the others: each row is looked at once, and most of them come
 * after the last of those that were found so far.
 *
 * @param top how many, at most
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

/** What is most first; rounded beyond 2^53. */
function valueOf(list: SourceList, row: number, sort: Sort): number {
  if (sort === "ip") return 0;
  const at = row * HALVES + COUNTER[sort];
  return list.counters[at]! + list.counters[at + 1]! * TWO_32;
}

/** Whether the address of one row comes before that of another. */
function isLower({ keys, words }: SourceList, one: number, other: number) {
  for (let word = 0; word < words; word++) {
    const a = keys[one * words + word]!, b = keys[other * words + word]!;
    if (a !== b) return hostOrder(a) < hostOrder(b);
  }
  return false;
}
