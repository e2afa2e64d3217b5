/** Exports what `top` shows. */
import { malformed, nonIp, tally, untracked } from "../formats/jsonl.ts";
import type { Pane } from "./pane.ts";
import type { RowOrder, Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";

/** How the exported rows were filtered and ordered. */
interface Selection {
  readonly sort: RowOrder;
  readonly scope: Scope;
  readonly filter: string | undefined;
  readonly family: 4 | 6 | undefined;
}

/**
 * The rows as JSON Lines: a `view` with the books of the last tick, then a `row`
 * for each source, in the order of the screen.
 */
export function viewLines(
  pane: Pane,
  last: NonNullable<Pane["last"]>,
  rows: readonly SourceRow[],
  selection: Selection,
): string {
  const { host, run, interface: name } = pane.start;
  const line = (type: string, rest: Record<string, unknown>) =>
    `${
      JSON.stringify({ schema: 1, type, host, run, interface: name, ...rest })
    }\n`;
  const { books } = last;
  const view = line("view", {
    seq: last.seq,
    start: last.start,
    end: last.end,
    elapsed: last.elapsed,
    complete: last.complete,
    total: tally(books.total),
    untracked: untracked(books.untracked),
    nonIp: nonIp(books.nonIp),
    malformed: malformed(books.malformed),
    runTotal: tally(pane.runBooks.total),
    sources: pane.sources,
    ...selection,
    filter: selection.filter ?? null,
    family: selection.family ?? null,
  });
  return view + rows.map((row) =>
    line("row", {
      ip: row.ip,
      ...tally(row.tick),
      runTotal: row.run === undefined ? null : tally(row.run),
      firstSeen: row.first,
    })
  ).join("");
}
