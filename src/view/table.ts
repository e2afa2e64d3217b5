/** Draws the table: heads, rows, the rest of the rows, and the total. */
import {
  BOLD,
  type Colour,
  colour,
  DIM,
  type Frame,
  REVERSE,
  type Style,
} from "./cells.ts";
import { membersOf, restOf } from "./chosen_rows.ts";
import { type Column, columnsFor, shareIn } from "./columns.ts";
import { crowdTexts } from "./crowd.ts";
import { grouped } from "./numbers.ts";
import { drawPieces } from "./pieces.ts";
import { bar, fitted, type Glyphs, onLogScale, sparkline } from "./spark.ts";
import type { Shown } from "./shown.ts";
import type { Tally } from "../tally/source_list.ts";
import type { Amount, ViewRow } from "./view_row.ts";

/** Seconds for which a new source is marked. */
const NEW = 10;
/** Above each of these shares, a bar has the next colour. */
const HEAT = [0.02, 0.1, 0.25, 0.5];
const HEATS: Colour[] = ["heat0", "heat1", "heat2", "heat3", "heat4"];

/** Lines of the table besides its rows. */
export function linesBesideRows(
  { choice: { filter, family } }: Pick<Shown, "choice">,
): number {
  const hasSubtotal = filter !== undefined || family !== undefined;
  return hasSubtotal ? 4 : 3; // heads, the rest, the subtotal, the total
}

/** What all parts of the table are drawn with. */
interface Drawing {
  readonly frame: Frame;
  readonly columns: readonly Column[];
  readonly shown: Shown;
  readonly glyphs: Glyphs;
}

/** Draws the table into the lines from `from` up to `to`. */
export function drawTable(
  frame: Frame,
  from: number,
  to: number,
  shown: Shown,
  glyphs: Glyphs,
): void {
  const { pane, chosen, choice, offset, longest, nameOf } = shown;
  const { width } = frame;
  const { fanOut, rows } = chosen;
  const columns = columnsFor(pane, {
    ...{ choice, fanOut, longest, width, nameOf },
  });
  const drawing = { frame, columns, shown, glyphs };
  const count = to - from - linesBesideRows(shown);
  drawHead(drawing, from);
  const visible = rows.slice(offset, offset + count);
  for (const [at, row] of visible.entries()) {
    drawRow(drawing, from + 1 + at, row);
    if (offset + at === shown.cursor) frame.mark(from + 1 + at, REVERSE);
  }
  const end = from + 1 + count;
  drawRest(drawing, end, offset, offset + visible.length);
  if (to - end > 2) drawPart(drawing, end + 1, "subtotal", chosen.sum);
  drawTotal(drawing, to - 1, visible.length);
}

function drawHead(
  { frame, columns, shown, glyphs }: Drawing,
  at: number,
): void {
  const { choice: { sort } } = shown;
  each(frame, columns, (column, from) => {
    const style = column.sort === sort ? BOLD | REVERSE : BOLD;
    frame.put(at, from, aligned(column.head, column, glyphs), style);
  });
}

function drawRow(
  { frame, columns, shown, glyphs }: Drawing,
  at: number,
  row: ViewRow,
): void {
  const { pane: { rows, runBooks, last }, choice } = shown;
  const whole = { tick: last!.books.total, run: runBooks.total };
  const share = shareIn(row, choice, whole);
  const isIdle = row.tick.packets === 0n;
  // At the start all sources are new, and marking them all says nothing.
  const isNew = row.born > 0 && rows.clock - row.born < NEW;
  const heat = colour(HEATS[HEAT.filter((least) => share > least).length]!);
  each(frame, columns, (column, from) => {
    const { picture, width } = column;
    if (picture === "bar") {
      const length = choice.isLog ? onLogScale(share) : share;
      frame.put(at, from, bar(length, width, glyphs), heat);
    } else if (picture === "trend") {
      const values = rows.trend(membersOf(row), width);
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

/** Draws the sum of the rows that are not in sight, and what kind of crowd they are. */
function drawRest(
  drawing: Drawing,
  at: number,
  from: number,
  to: number,
): void {
  const { frame, shown: { pane, chosen, choice } } = drawing;
  const { sum, active, crowd } = restOf(pane, chosen, choice, from, to);
  const end = drawPart(drawing, at, `${grouped(active)} more`, sum);
  const seconds = pane.last?.elapsed ?? NaN;
  const unkept = pane.rest[choice.scope];
  const texts = unkept.packets > 0n
    ? [`${grouped(unkept.packets)} packets not kept by row`]
    : active === 0
    ? []
    : crowdTexts(crowd, seconds, grouped);
  const pieces = texts.map((text) => [text, DIM] as const);
  drawPieces(frame, at, end + 2, pieces, frame.width);
}

/** Draws the sum of some rows. @returns the column after it */
function drawPart(
  drawing: Drawing,
  at: number,
  name: string,
  sum: Tally,
): number {
  const amount = { tick: sum, run: sum };
  return drawAmount(
    drawing,
    at,
    name,
    amount,
    (column) => column.isOfParts === true,
    0,
  );
}

/** Draws the total of the record, and which rows are visible. */
function drawTotal(drawing: Drawing, at: number, visible: number): void {
  const { frame, shown: { pane, chosen, offset } } = drawing;
  const { last, runBooks } = pane;
  const end = last === undefined ? 0 : drawAmount(
    drawing,
    at,
    "total",
    { tick: last.books.total, run: runBooks.total },
    () => true,
    BOLD,
  );
  const { rows, active, known } = chosen;
  const range = visible === 0
    ? "no rows"
    : `${offset + 1}-${offset + visible} of ${grouped(active)}`;
  const idle = rows.length - active;
  const details = `${active < known ? ` (of ${grouped(known)})` : ""}${
    idle > 0 ? ` + ${grouped(idle)} idle` : ""
  }`;
  const fitting = [range + details, range]
    .find((text) => text.length < frame.width - end);
  if (fitting === undefined) return;
  frame.put(at, frame.width - fitting.length, fitting, DIM);
}

/** Draws the cells of an amount. @returns the column after the last one */
function drawAmount(
  { frame, columns, glyphs }: Drawing,
  at: number,
  name: string,
  amount: Amount,
  isShown: (column: Column) => boolean,
  style: Style,
): number {
  let end = 0;
  each(frame, columns, (column, from) => {
    const text = column.sort === "ip"
      ? name
      : isShown(column)
      ? column.textOf?.(amount) ?? ""
      : "";
    if (text !== "") {
      end = frame.put(at, from, aligned(text, column, glyphs), style);
    }
  });
  return end;
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
