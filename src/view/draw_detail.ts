/** Draws the row that was opened, in the place of the rows. */
import type { Frame } from "./cells.ts";
import { detailGraphs } from "./detail_graphs.ts";
import { blockTexts, factLines, valueLines } from "./detail_texts.ts";
import { fieldSums } from "./field_sums.ts";
import { drawLine } from "./pieces.ts";
import { drawSections, line } from "./sections.ts";
import type { Shown } from "./shown.ts";
import type { Glyphs } from "./spark.ts";

/** Draws as much of it as fits into the lines from `from` up to `to`. */
export function drawDetail(
  frame: Frame,
  from: number,
  to: number,
  { detail, pane, nameOf }: Shown,
  glyphs: Glyphs,
): void {
  if (detail === undefined || pane.last === undefined) return;
  if (detail.start !== pane.start) {
    drawLine(frame, from, [["The opened row is not of this run."]]);
    return;
  }
  const members = detail.members(pane.rows);
  const sections = [
    ...factLines(detail, pane, members, nameOf).map(line),
    ...detailGraphs(detail, pane, frame, glyphs),
    ...fieldSums(members, pane.start.by, detail.grouping)
      .flatMap((sums) => valueLines(sums, pane, members)).map(line),
    ...blockTexts(detail, pane, frame.width).map(line),
  ];
  // No key scrolls behind the last line.
  detail.scroll = drawSections(frame, from, to, sections, detail.scroll);
}
