/** Draws the first line of the screen: the interface, and what is unusual. */
import { visible } from "../basics/visible.ts";
import { BOLD, colour, type Frame, REVERSE } from "./cells.ts";
import { groupingText } from "./grouping.ts";
import { clock, duration, interval } from "./numbers.ts";
import { paneName } from "./pane.ts";
import { drawPieces, type Piece } from "./pieces.ts";
import type { Shown } from "./shown.ts";

export function drawTitle(frame: Frame, shown: Shown): void {
  const { pane, panes, choice: { filter, family, grouping } } = shown;
  const { start, last, ended } = pane;
  frame.fill(0, REVERSE);
  const time = last === undefined ? "" : `${clock(last.end)}Z `;
  const from = frame.width - time.length;
  const name = paneName(start);
  const count = panes.length > 1
    ? ` ${panes.indexOf(name) + 1}/${panes.length}`
    : "";
  const program = frame.width >= 60 ? " xdptally " : " ";
  const pieces: Piece[] = [
    [`${name}${count}`, BOLD],
    ...(pane.unbalanced > 0
      ? [["BOOKS DO NOT BALANCE", BOLD | colour("alarm")] as const]
      : []),
    ...(shown.ago === undefined ? [] : [
      [`PAST: ${duration(shown.ago)} ago`, BOLD | colour("alarm")] as const,
    ]),
    ...(shown.isPaused ? [["PAUSED", BOLD] as const] : []),
    ...(ended === undefined
      ? []
      : [[`ended: ${ended}`, BOLD | colour("alarm")] as const]),
    ...(filter === undefined ? [] : [[`only ${filter.text}`, BOLD] as const]),
    ...(family === undefined
      ? []
      : [[family === 4 ? "only IPv4" : "only IPv6", BOLD] as const]),
    ...(groupingText(grouping) === "source" && start.by.length === 1
      ? [] // it is what an interface is watched for
      : [[`by ${groupingText(grouping)}`, BOLD] as const]),
    [`${start.mode} mode`],
    [`every ${interval(shown.interval)}`],
    ...(pane.skipped > 0
      ? [[`${pane.skipped} deadlines missed`] as const]
      : []),
    [start.host],
  ];
  const title = pieces.map(([text, style = 0]) =>
    [visible(text), style | REVERSE] as const
  );
  drawPieces(frame, 0, frame.put(0, 0, program, REVERSE), title, from);
  frame.put(0, from, time, REVERSE);
}
