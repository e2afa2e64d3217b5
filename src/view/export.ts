/** Exports what `top` shows. */
import { malformed, nonIp, tally, untracked } from "../formats/jsonl.ts";
import type { Choice } from "./choice.ts";
import type { Pane } from "./pane.ts";
import type { ViewRow } from "./view_row.ts";

/**
 * The rows as JSON Lines: a `view` with the books of the last tick, then a `row`
 * for each source, in the order of the screen.
 */
export function viewLines(
  pane: Pane,
  last: NonNullable<Pane["last"]>,
  rows: readonly ViewRow[],
  { sort, scope, filter, family }: Choice,
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
    sort,
    scope,
    filter: filter?.text ?? null,
    family: family ?? null,
  });
  return view + rows.map((row) =>
    line("row", {
      ip: row.key,
      ...tally(row.tick),
      runTotal: row.run === undefined ? null : tally(row.run),
      firstSeen: row.first,
    })
  ).join("");
}
