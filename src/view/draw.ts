/** Divides the screen into header, table and footer. */
import { Frame } from "./cells.ts";
import { drawDetail } from "./draw_detail.ts";
import { drawFooter } from "./footer.ts";
import { drawHeader, headerHeight } from "./header.ts";
import { drawHelp } from "./help.ts";
import type { Body, Shown } from "./shown.ts";
import type { Glyphs } from "./spark.ts";
import { drawTitle } from "./title.ts";
import { drawTable, linesBesideRows } from "./table.ts";

const FOOTER = 1;

/** How many rows fit on a screen of this height. */
export function pageSize(height: number, shown: Shown): number {
  const beside = headerHeight(height, shown.pane) + FOOTER +
    linesBesideRows(shown);
  return Math.max(1, height - beside);
}

/** Draws what is between header and footer, into the lines from `from` up to `to`. */
type DrawBody = (
  frame: Frame,
  from: number,
  to: number,
  shown: Shown,
  glyphs: Glyphs,
) => void;

const BODIES: Readonly<Record<Body, DrawBody>> = {
  help: drawHelp,
  detail: drawDetail,
  rows: (frame, from, to, shown, glyphs) => {
    if (to - from >= linesBesideRows(shown)) {
      drawTable(frame, from, to, shown, glyphs);
    }
  },
};

/** Draws a screen of this size, in columns and rows. */
export function draw(
  shown: Shown,
  width: number,
  height: number,
  glyphs: Glyphs,
): Frame {
  const frame = new Frame(width, height);
  // The help has more lines than the table of a small screen.
  const isWhole = shown.body === "help";
  const from = isWhole ? 1 : headerHeight(height, shown.pane);
  const to = height - FOOTER;
  drawTitle(frame, shown);
  if (!isWhole) drawHeader(frame, shown, glyphs);
  BODIES[shown.body](frame, from, to, shown, glyphs);
  drawFooter(frame, to, shown);
  return frame;
}
