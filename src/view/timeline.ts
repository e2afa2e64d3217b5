/** Draws the packets a second of the recent past, with numbers at both axes. */
import { colour, DIM, type Frame } from "./cells.ts";
import { counted } from "./numbers.ts";
import type { Shown } from "./shown.ts";
import { type Glyphs, sparkline } from "./spark.ts";

/** Seconds that a cell can stand for, and the least that all of them cover. */
const SPANS = [1, 2, 5, 10, 15, 30, 60];
const LEAST = 180;
const MOST_CELLS = 120;
/** Seconds of the whole line, at most. */
const MOST = 600;
/** Columns of the numbers at the right, with a gap. */
const LABEL = 14;

/**
 * Draws it into `height` lines from line `at` on. From three lines on, the last one
 * is the axis of time.
 */
export function drawTimeline(
  frame: Frame,
  at: number,
  height: number,
  { pane, ago }: Pick<Shown, "pane" | "ago">,
  glyphs: Glyphs,
): void {
  const width = frame.width - LABEL;
  if (height === 0 || width < 10) return;
  const span =
    SPANS.find((span) => Math.min(width, MOST_CELLS) * span >= LEAST) ?? 60;
  const count = Math.min(width, Math.ceil(MOST / span));
  const values = pane.timeline(count, span);
  const peak = Math.max(0, ...values.filter((value) => value > 0));
  const lines = height > 2 ? height - 1 : height;
  for (
    const [row, line] of sparkline(values, peak, lines, glyphs).entries()
  ) {
    frame.put(at + row, 0, line, colour("accent"));
  }
  for (const [row, part] of scaleOf(lines)) {
    const value = BigInt(Math.round(peak * part));
    const text = `${counted(value, LABEL - 3)}/s`;
    frame.put(at + row, frame.width - text.length, text, DIM);
  }
  if (lines < height) {
    drawTimes(frame, at + lines, count, span);
    const end = ago === undefined ? "now" : "then";
    frame.put(at + lines, Math.max(0, count - end.length), end, DIM);
  }
}

/** The lines that have a number: the share of the peak at their upper edge, 0 at the lowest one. */
function scaleOf(lines: number): [line: number, part: number][] {
  if (lines === 1) return [[0, 1]];
  const middle: [number, number][] = lines >= 4 ? [[lines / 2, 0.5]] : [];
  return [[0, 1], ...middle, [lines - 1, 0]];
}

/** Draws how long ago it was, at every minute that there is room for. */
function drawTimes(
  frame: Frame,
  at: number,
  count: number,
  span: number,
): void {
  const ROOM = 12; // from one text to the next
  const minutes = [1, 2, 5].find((minutes) => minutes * 60 / span >= ROOM) ??
    10;
  for (let ago = minutes; ago * 60 / span <= count; ago += minutes) {
    frame.put(at, count - ago * 60 / span, `-${ago} min`, DIM);
  }
}
