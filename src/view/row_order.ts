/** Orders the rows of `top` so that they can be read while they change. */
import { FAN_OUT_FIELDS, type FanOutField } from "./fan_out.ts";
import type { ViewRow } from "./view_row.ts";

/** What rows show and are ordered by: the last tick or the run. */
export type Scope = "tick" | "run";

/**
 * What rows are ordered by; `first`: newest first. The fan-out comes last: a
 * grouping need not have it.
 */
export const ROW_ORDERS = [
  "packets",
  "bytes",
  "ip",
  "first",
  ...FAN_OUT_FIELDS,
] as const;
export type RowOrder = typeof ROW_ORDERS[number];

/** What an order means for the rows that there are. */
interface Ordering {
  readonly sort: RowOrder;
  readonly scope: Scope;
  /** The fields that rows have a fan-out of. */
  readonly fanOut: readonly FanOutField[];
}

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
export function order<R extends ViewRow>(
  rows: R[],
  ordering: Ordering,
  isFresh: boolean,
): R[] {
  const { sort, scope } = ordering;
  if (sort === "ip") return rows.sort(compareKeys);
  if (sort === "first") {
    return rows.sort((a, b) => b.born - a.born || compareKeys(a, b));
  }
  const valueOf = valueBy(ordering);
  const all = rows.reduce((sum, row) => sum + valueOf(row), 0);
  for (const row of rows) {
    const share = valueOf(row) / (all || 1);
    const step = Math.log(LEAST + share) / STEP[scope];
    if (isFresh) row.place = Infinity;
    if (isFresh || !(Math.abs(step - row.step) < 1)) {
      row.step = Math.round(step);
    }
  }
  rows.sort(isFresh ? byValue(valueOf) : bySteps(valueOf));
  for (const [place, row] of rows.entries()) row.place = place;
  return rows;
}

type ValueOf = (row: ViewRow) => number;

/** The value that rows are ordered by; packets, where they lack the fan-out. */
function valueBy({ sort, scope, fanOut }: Ordering): ValueOf {
  const at = fanOut.findIndex((name) => name === sort);
  if (at >= 0) return (row) => row.fanOut[at]!;
  const unit = sort === "bytes" ? "bytes" : "packets";
  return scope === "tick"
    ? (row) => row.smooth[unit]
    : (row) => Number((row.run ?? row.tick)[unit]);
}

type Compare = (a: ViewRow, b: ViewRow) => number;

function byValue(valueOf: ValueOf): Compare {
  return (a, b) => valueOf(b) - valueOf(a) || compareKeys(a, b);
}

function bySteps(valueOf: ValueOf): Compare {
  const ofNew = byValue(valueOf);
  return (a, b) =>
    b.step - a.step || (a.place === b.place ? ofNew(a, b) : a.place - b.place);
}

const { compare: compareTexts } = new Intl.Collator("en", { numeric: true });

/** IPv4 before IPv6, then by the bytes of the address, then by the whole key. */
function compareKeys(a: ViewRow, b: ViewRow): number {
  const one = a.address, other = b.address;
  if (one === undefined || other === undefined) {
    return compareTexts(a.key, b.key);
  }
  if (one.length !== other.length) return one.length - other.length;
  for (let at = 0; at < one.length; at++) {
    if (one[at] !== other[at]) return one[at]! - other[at]!;
  }
  return compareTexts(a.key, b.key);
}
