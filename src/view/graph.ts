/** Draws a curve with numbers at both axes. */
import { clock } from "./numbers.ts";
import { colour, DIM, type Frame } from "./cells.ts";
import { type Glyphs, sparkline } from "./spark.ts";

/** A curve of equal spans of time. */
interface Graph {
  /** The newest last; NaN: unknown. */
  readonly values: readonly number[];
  /** Writes a value at the axis. */
  readonly format: (value: number) => string;
  /** When the first span begins, and the last one ends. */
  readonly from: Date;
  readonly to: Date;
}

/** Columns in front of a graph. */
export const AXIS = 10;

/**
 * The round number, 1, 2 or 5 times a power of ten, that is at least `peak`; 1 if
 * nothing is known.
 */
export function roundTop(peak: number): number {
  if (!(peak > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(peak));
  const factor = [1, 2, 5].find((factor) => factor * power >= peak) ?? 10;
  return factor * power;
}

/**
 * Draws it into `height` lines from line `at` on: the curve, and below it the
 * times. The scale begins at 0.
 */
export function drawGraph(
  frame: Frame,
  at: number,
  height: number,
  { values, format, from, to }: Graph,
  glyphs: Glyphs,
): void {
  const rows = height - 1;
  const known = values.filter((value) => value > 0);
  const top = roundTop(Math.max(0, ...known));
  const label = (row: number, text: string) =>
    frame.put(at + row, AXIS - 1 - text.length, text, DIM);
  const lines = sparkline(values, top, rows, glyphs);
  for (const [row, line] of lines.entries()) {
    frame.put(at + row, AXIS, line, colour("accent"));
  }
  label(0, format(top));
  if (rows >= 4 && rows % 2 === 0) label(rows / 2, format(top / 2));
  label(rows, "0");
  const width = values.length;
  const times = [from, new Date((from.getTime() + to.getTime()) / 2), to]
    .map(clock);
  const most = Math.floor(width / (times[0]!.length + 4));
  for (const [index, time] of times.entries()) {
    if (index === 1 && most < 3 || index === 2 && most < 2) continue;
    const column = (width - time.length) * index / 2;
    frame.put(at + rows, AXIS + Math.floor(column), time, DIM);
  }
}
