/** Exports what `top` shows, or has kept, as records that `report` reads. */
import { keyText, valuesOfKey } from "../basics/keys.ts";
import { jsonl } from "../formats/jsonl.ts";
import { sourcesOf } from "../tally/books.ts";
import type { CountRecord, ShownSource } from "../tally/records.ts";
import { minus, NOTHING, plus, type Tally } from "../tally/source_list.ts";
import type { Choice } from "./choice.ts";
import type { ChosenRows } from "./chosen_rows.ts";
import type { TickBooks } from "./history.ts";
import type { Pane } from "./pane.ts";

/** Rows, and the sum of those that are left out. */
type Rows = Pick<CountRecord, "sources" | "shown" | "others">;

/** Rows with the counts that a record shows. */
interface CountedRow {
  readonly values: ShownSource["values"];
  readonly count: Tally;
}

/**
 * The screen as a run of its own, with one tick: what it shows of the last tick, or
 * of the run up to then. Rows that are filtered out are among the others.
 */
export function screenLines(
  pane: Pane,
  last: TickBooks,
  { rows, known, active }: ChosenRows,
  { scope, grouping: { fields } }: Choice,
): string {
  const { start, runBooks, rest, rows: { clock } } = pane;
  const isOfRun = scope === "run";
  const books = isOfRun ? runBooks : last.books;
  const span = isOfRun
    ? { start: start.start, end: last.end, elapsed: clock }
    : { start: last.start, end: last.end, elapsed: last.elapsed };
  const origin = {
    ...start,
    run: `${start.run}/${isOfRun ? "1-" : ""}${last.seq}`,
    by: fields,
  };
  const counted = rows.map((row) => ({
    values: valuesOfKey(row.key, fields),
    count: isOfRun ? row.run ?? NOTHING : row.tick,
  }));
  const all = isOfRun ? sourcesOf(books) : plus(last.shown, last.others);
  const record = {
    ...last,
    ...origin,
    ...span,
    complete: isOfRun ? pane.isComplete : last.complete,
    missed: isOfRun ? pane.missed : last.missed,
    books,
    ownCounter: undefined,
    ...rowsOf(counted, all, known - active + rest[scope].sources),
  };
  const interval = span.elapsed;
  return jsonl.start({
    ...origin,
    type: "start",
    start: span.start,
    interval,
  }) +
    jsonl.tick({ ...record, type: "tick", seq: 1 }) +
    jsonl.end({ ...record, type: "end", ticks: 1, reason: "screen" });
}

/** The run up to now: its start, the ticks that are kept, and what it has counted. */
export function runLines(pane: Pane, last: TickBooks): string {
  const { start, runBooks, history, rows: { clock } } = pane;
  const lines = [jsonl.start(start)];
  for (const { last: tick, rows, rest } of history.ticksOf(start)) {
    const counted = rows.map((row) => ({
      values: valuesOfKey(row.key, start.by),
      count: row.tick,
    }));
    const all = plus(tick.shown, tick.others);
    const sums = rowsOf(counted, all, rest.sources);
    lines.push(jsonl.tick({ ...tick, ...sums }));
  }
  const counted = [...pane.rows]
    .map(({ values, run }) => ({ values, count: run ?? NOTHING }))
    .sort((a, b) => Number(b.count.packets - a.count.packets));
  const all = counted.map(({ count }) => count).reduce(plus, NOTHING);
  lines.push(jsonl.end({
    ...last,
    type: "end",
    reason: pane.ended ?? "so far",
    ticks: last.seq,
    start: start.start,
    elapsed: clock,
    complete: pane.isComplete,
    missed: pane.missed,
    books: runBooks,
    ...rowsOf(counted, all, 0),
  }));
  return lines.join("");
}

/**
 * @param all what the rows and the others must add up to
 * @param others how many sources are among the others
 */
function rowsOf(
  rows: readonly CountedRow[],
  all: Tally,
  others: number,
): Rows {
  const sources = rows.filter(({ count }) => count.packets > 0n)
    .map(({ values, count }) => ({
      key: keyText(values),
      values,
      ...count,
      run: undefined,
    }));
  const sum = sources.reduce<Tally>(plus, NOTHING);
  const rest = minus(all, sum);
  // Of a run whose books do not balance the rows may be more than all.
  const isLess = rest.packets < 0n || rest.bytes < 0n;
  return {
    sources,
    shown: { sources: sources.length, ...sum },
    others: { sources: others, ...(isLess ? NOTHING : rest) },
  };
}
