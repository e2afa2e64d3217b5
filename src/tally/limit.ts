/** Limits on what a single source may send (`--exit-over`). */
import type { SourceList } from "./source_list.ts";

/** What one source may send: packets per second in a tick, or bytes in the run. */
export interface Limit {
  /** As given on the command line. */
  readonly text: string;
  readonly unit: "pps" | "bytes";
  readonly most: number;
}

/**
 * The row that exceeds `limit` by most; undefined: none does.
 *
 * @param seconds length of the tick
 */
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
