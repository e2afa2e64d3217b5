/** Draws the table of sources. */
import {
  BOLD,
  type Colour,
  colour,
  DIM,
  type Frame,
  REVERSE,
} from "./cells.ts";
import { type Column, columnsFor, shareIn } from "./columns.ts";
import { grouped } from "./numbers.ts";
import type { SourceRow } from "./source_rows.ts";
import { bar, fitted, type Glyphs, sparkline } from "./spark.ts";
import type { Shown } from "./shown.ts";

/** Seconds for which a new source is marked. */
const NEW = 10;
/** Above each of these shares, a bar has the next colour. */
const HEAT = [0.02, 0.1, 0.25, 0.5];
const HEATS: Colour[] = ["heat0", "heat1", "heat2", "heat3", "heat4"];

/** Draws column heads, visible rows and the total into the lines from `from` up to `to`. */
export function drawTable(
  frame: Frame,
  from: number,
  to: number,
  shown: Shown,
  glyphs: Glyphs,
): void {
  const { pane, rows, offset, choice } = shown;
  const visible = rows.slice(offset, offset + to - from - 2);
  const columns = columnsFor(pane, choice, shown.longest, frame.width);
  drawHead(frame, from, columns, shown, glyphs);
  for (const [at, row] of visible.entries()) {
    drawRow(frame, from + 1 + at, row, columns, shown, glyphs);
  }
  drawTotal(frame, to - 1, columns, shown, visible.length);
}

function drawHead(
  frame: Frame,
  at: number,
  columns: readonly Column[],
  { choice: { sort } }: Shown,
  glyphs: Glyphs,
): void {
  each(frame, columns, (column, from) => {
    const style = column.sort === sort ? BOLD | REVERSE : BOLD;
    frame.put(at, from, aligned(column.head, column, glyphs), style);
  });
}

function drawRow(
  frame: Frame,
  at: number,
  row: SourceRow,
  columns: readonly Column[],
  { pane, choice: { sort, scope } }: Shown,
  glyphs: Glyphs,
): void {
  const { rows, runBooks, last } = pane;
  const share = shareIn(
    row,
    scope,
    sort,
    scope === "run" ? runBooks.total : last!.books.total,
  );
  const isIdle = row.tick.packets === 0n;
  // At the start all sources are new, and marking them all says nothing.
  const isNew = row.born > 0 && rows.clock - row.born < NEW;
  const heat = colour(HEATS[HEAT.filter((least) => share > least).length]!);
  each(frame, columns, (column, from) => {
    const { picture, width } = column;
    if (picture === "bar") {
      frame.put(at, from, bar(share, width, glyphs), heat);
    } else if (picture === "trend") {
      const values = rows.trend(row, width);
      // With room above the peak, a steady source gives a steady line.
      const peak = 1.15 * Math.max(...values.filter((value) => value > 0));
      const [line] = sparkline(values, peak, 1, glyphs);
      frame.put(at, from, line!, isIdle ? DIM : colour("accent"));
    } else {
      const style = isIdle
        ? DIM
        : isNew && column.sort === "ip"
        ? BOLD | colour("accent")
        : 0;
      frame.put(at, from, aligned(column.text(row), column, glyphs), style);
    }
  });
}

/** Draws the total of the record, and which rows are visible. */
function drawTotal(
  frame: Frame,
  at: number,
  columns: readonly Column[],
  { rows, offset, known }: Shown,
  visible: number,
): void {
  let end = 0;
  each(frame, columns, ({ total, width, isLeft }, from) => {
    if (total === "") return;
    const column = isLeft ? from : from + width - total.length;
    end = frame.put(at, column, total, BOLD);
  });
  const all = rows.length < known ? ` (of ${grouped(known)})` : "";
  const range = visible === 0
    ? `no rows${all}`
    : `${offset + 1}-${offset + visible} of ${grouped(rows.length)}${all}`;
  const column = frame.width - range.length;
  if (column > end + 1) frame.put(at, column, range, DIM);
}

function aligned(
  text: string,
  { width, isLeft }: Column,
  glyphs: Glyphs,
): string {
  const part = fitted(text, width, glyphs);
  return isLeft ? part.padEnd(width) : part.padStart(width);
}

/** Calls `draw` with each column and the screen column where it starts. */
function each(
  frame: Frame,
  columns: readonly Column[],
  draw: (column: Column, from: number) => void,
): void {
  const gap = frame.width >= 100 ? 2 : 1;
  let from = 0;
  for (const column of columns) {
    draw(column, from);
    from += column.width + gap;
  }
}
