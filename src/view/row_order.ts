/** Orders the rows of `top` so that they can be read while they change. */
import type { SourceRow } from "./source_rows.ts";

/** What rows are ordered by; `first`: newest first. */
export const ROW_ORDERS = ["packets", "bytes", "ip", "first"] as const;
export type RowOrder = typeof ROW_ORDERS[number];

/** What rows show and are ordered by: the last tick or the run. */
export type Scope = "tick" | "run";

/** A row moves when its share has changed by a step, on a logarithmic scale: 10% and 1%. */
const STEP: Record<Scope, number> = {
  tick: Math.log(1.1),
  run: Math.log(1.01),
};

/** Added to shares: 0 has no logarithm. */
const LEAST = 1e-12;

/**
 * Orders rows in place, without swapping rows at each small change: by steps of
 * their shares, and within a step as before. A row keeps its step until its share
 * is a whole step away. It thus moves when its own share changes, but not with
 * noise, nor when all rates rise together.
 *
 * @param isFresh whether to ignore the previous order, and sort by value alone
 * @returns `rows`
 */
export function order(
  rows: SourceRow[],
  sort: RowOrder,
  scope: Scope,
  isFresh: boolean,
): SourceRow[] {
  if (sort === "ip") return rows.sort(compareAddresses);
  if (sort === "first") {
    return rows.sort((a, b) => b.born - a.born || compareAddresses(a, b));
  }
  const all = rows.reduce((sum, row) => sum + valueOf(row, sort, scope), 0);
  for (const row of rows) {
    const share = valueOf(row, sort, scope) / (all || 1);
    const step = Math.log(LEAST + share) / STEP[scope];
    if (isFresh) row.place = Infinity;
    if (isFresh || !(Math.abs(step - row.step) < 1)) {
      row.step = Math.round(step);
    }
  }
  rows.sort(isFresh ? byValue(sort, scope) : bySteps(sort, scope));
  for (const [place, row] of rows.entries()) row.place = place;
  return rows;
}

function valueOf(
  row: SourceRow,
  sort: "packets" | "bytes",
  scope: Scope,
): number {
  return scope === "tick"
    ? row.smooth[sort]
    : Number((row.run ?? row.tick)[sort]);
}

type Compare = (a: SourceRow, b: SourceRow) => number;

function byValue(sort: "packets" | "bytes", scope: Scope): Compare {
  return (a, b) =>
    valueOf(b, sort, scope) - valueOf(a, sort, scope) ||
    compareAddresses(a, b);
}

function bySteps(sort: "packets" | "bytes", scope: Scope): Compare {
  const ofNew = byValue(sort, scope);
  return (a, b) =>
    b.step - a.step || (a.place === b.place ? ofNew(a, b) : a.place - b.place);
}

/** IPv4 before IPv6, then by the bytes. */
function compareAddresses(
  { address: a }: SourceRow,
  { address: b }: SourceRow,
): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at]) return a[at]! - b[at]!;
  }
  return 0;
}
