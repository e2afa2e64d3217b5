import type { SourceList } from "./source_list.ts";

/** What one source may send: packets a second in a tick, or bytes in the run. */
export interface Limit {
  readonly text: string;
  readonly unit: "pps" | "bytes";
  readonly most: number;
}

/** The row that exceeds `limit` by most; undefined: none does. */
export function rowOver(
  list: SourceList,
  limit: Limit,
  seconds: number,
): number | undefined {
  const value = limit.unit === "pps"
    ? (row: number) => list.packets(row) / seconds
    : (row: number) => list.bytes(row);
  let found: number | undefined;
  let most = limit.most;
  for (let row = 0; row < list.length; row++) {
    const one = value(row);
    if (one > most) {
      most = one;
      found = row;
    }
  }
  return found;
}
