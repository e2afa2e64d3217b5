import { Frame } from "./cells.ts";
import { drawFooter, drawHelp } from "./footer.ts";
import { drawHeader, headerHeight } from "./header.ts";
import type { Shown } from "./shown.ts";
import type { Glyphs } from "./spark.ts";
import { drawTable } from "./table.ts";

/** Lines that are no rows of sources: head of the columns, total, footer. */
const FIXED = 3;

/** How many rows of sources a screen of that height has room for. */
export function pageSize(height: number): number {
  return Math.max(1, height - headerHeight(height) - FIXED);
}

/** A screen of that size. */
export function draw(
  shown: Shown,
  width: number,
  height: number,
  glyphs: Glyphs,
): Frame {
  const frame = new Frame(width, height);
  const from = headerHeight(height);
  const to = height - 1;
  drawHeader(frame, shown, glyphs);
  if (shown.isHelp) drawHelp(frame, from, to);
  else if (to - from >= FIXED) drawTable(frame, from, to, shown, glyphs);
  drawFooter(frame, height - 1, shown);
  return frame;
}
