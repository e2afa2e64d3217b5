/** The rows that a choice leaves, in order, and what they add up to. */
import { minus, NOTHING, plus, type Tally } from "../tally/source_list.ts";
import type { Choice } from "./choice.ts";
import { type Crowd, CrowdCounter } from "./crowd.ts";
import { type FanOutField, fanOutFields } from "./fan_out.ts";
import { GroupedRows, GroupRow } from "./grouped_rows.ts";
import { isSameGrouping } from "./grouping.ts";
import type { Pane } from "./pane.ts";
import { order, type Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";
import type { ViewRow } from "./view_row.ts";

/** Rows, and their sum in the scope that is shown. */
export interface ChosenRows {
  readonly rows: readonly ViewRow[];
  /** Of these rows; `active` ones have packets. */
  readonly sum: Tally;
  readonly active: number;
  /** How many active rows there are without the filters. */
  readonly known: number;
  readonly fanOut: readonly FanOutField[];
}

/** Before the first tick. */
export const NO_ROWS: ChosenRows = {
  rows: [],
  sum: NOTHING,
  active: 0,
  known: 0,
  fanOut: [],
};

/** Filters, groups and orders; `isFresh` ignores the previous order. */
export function chosenRows(
  pane: Pane,
  choice: Choice,
  isFresh: boolean,
): ChosenRows {
  const { scope, sort, family, filter, grouping } = choice;
  const { by } = pane.start;
  const matches = (row: SourceRow, key: string) =>
    (family === undefined || row.address?.length === (family === 4 ? 4 : 16)) &&
    (filter?.matches(row.source, key) ?? true);
  // Of rows that were not kept nobody knows the values.
  const isWhole = pane.rest[scope].packets === 0n;
  const fanOut = isWhole ? fanOutFields(grouping, by) : [];
  const isCounted = isSameGrouping(grouping, {
    fields: by,
    isByNetwork: false,
  });
  const { rows, known } = isCounted
    ? whole(pane, scope, matches)
    : groupsOf(pane, choice).sum(inScope(pane, scope), scope, matches);
  order<ViewRow>(rows, { sort, scope, fanOut }, isFresh);
  return { rows, ...sumOf(rows, scope), known, fanOut };
}

/** The counted rows that belong to a scope: those that sent lately, or those of the run. */
function* inScope({ rows }: Pane, scope: Scope): Generator<SourceRow> {
  for (const row of rows) {
    if (scope === "run" ? row.run !== undefined : rows.isLive(row)) yield row;
  }
}

function whole(
  pane: Pane,
  scope: Scope,
  matches: (row: SourceRow, key: string) => boolean,
): { rows: ViewRow[]; known: number } {
  const rows: ViewRow[] = [];
  let known = 0;
  for (const row of inScope(pane, scope)) {
    if (isActive(row, scope)) known++;
    if (matches(row, row.key)) rows.push(row);
  }
  return { rows, known };
}

/** The groups of a pane, which are kept as long as the grouping is the same. */
function groupsOf(pane: Pane, { grouping }: Choice): GroupedRows {
  const { grouped } = pane;
  if (grouped !== undefined && isSameGrouping(grouped.grouping, grouping)) {
    return grouped;
  }
  return pane.grouped = new GroupedRows(grouping, pane.start.by);
}

/** What a row sent in a scope. */
function amountOf(row: ViewRow, scope: Scope): Tally {
  return scope === "run" ? row.run ?? NOTHING : row.tick;
}

function isActive(row: ViewRow, scope: Scope): boolean {
  return amountOf(row, scope).packets > 0n;
}

function sumOf(
  rows: readonly ViewRow[],
  scope: Scope,
): { sum: Tally; active: number } {
  let sum = NOTHING;
  let active = 0;
  for (const row of rows) {
    if (!isActive(row, scope)) continue;
    sum = plus(sum, amountOf(row, scope));
    active++;
  }
  return { sum, active };
}

/** The rows that are not in sight. */
interface Rest {
  readonly sum: Tally;
  readonly active: number;
  readonly crowd: Crowd;
}

/**
 * The sum of all rows but those from `from` up to `to`, and what crowd they are. What
 * the history has not kept is among them, unless rows are filtered.
 */
export function restOf(
  { rows: counted, rest }: Pane,
  { rows, sum, active }: ChosenRows,
  { scope, filter, family }: Choice,
  from: number,
  to: number,
): Rest {
  const inSight = sumOf(rows.slice(from, to), scope);
  const counter = new CrowdCounter(counted.tickStart);
  for (let at = 0; at < rows.length; at++) {
    if (at === from) at = Math.max(at, to);
    const row = rows[at];
    if (row === undefined) break;
    if (!(row instanceof GroupRow)) {
      if (isActive(row, scope)) counter.add(row as SourceRow);
      continue;
    }
    for (const member of row.members) {
      if (isActive(member, scope)) counter.add(member);
    }
  }
  const hasAll = filter === undefined && family === undefined;
  const unkept = hasAll ? rest[scope] : { sources: 0, ...NOTHING };
  return {
    sum: plus(minus(sum, inSight.sum), unkept),
    active: active - inSight.active + unkept.sources,
    crowd: counter.crowd,
  };
}

/** The counted rows that a row consists of. */
export function membersOf(row: ViewRow): readonly SourceRow[] {
  return row instanceof GroupRow ? row.members : [row as SourceRow];
}
