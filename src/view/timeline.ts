/** Draws the packets a second of the recent past. */
import { colour, DIM, type Frame } from "./cells.ts";
import { grouped } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import { type Glyphs, sparkline } from "./spark.ts";

/** Seconds that a cell of the sparkline can stand for, and the least that all of them cover. */
const SPANS = [1, 2, 5, 10, 15, 30, 60];
const LEAST = 180;

/** Draws it into `height` lines from line `at` on. */
export function drawTimeline(
  frame: Frame,
  at: number,
  height: number,
  pane: Pane,
  glyphs: Glyphs,
): void {
  const LABEL = 20;
  const width = frame.width - LABEL;
  if (height === 0 || width < 10) return;
  const longest = Math.min(width, 120);
  const span = SPANS.find((span) => longest * span >= LEAST) ?? 60;
  const count = Math.min(width, Math.ceil(600 / span));
  const values = pane.timeline(count, span);
  const peak = Math.max(...values.filter((value) => value > 0));
  const lines = sparkline(values, peak, height, glyphs);
  for (const [row, line] of lines.entries()) {
    frame.put(at + row, 0, line, colour("accent"));
  }
  const label = (text: string, row: number) =>
    frame.put(at + row, frame.width - text.length, text, DIM);
  if (Number.isFinite(peak)) label(`peak ${grouped(Math.round(peak))}/s`, 0);
  const minutes = Math.round(count * span / 6) / 10;
  if (height > 1) label(`${minutes} min`, height - 1);
}
