/** Draws the lines above the table, but for the title: rates, books and the recent past. */
import { plural } from "../basics/plural.ts";
import { NO_VERDICTS, seenVerdicts } from "../tally/books.ts";
import { BOLD, colour, DIM, type Frame } from "./cells.ts";
import { bitRate, grouped, rate } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import { drawLine, type Piece } from "./pieces.ts";
import type { Shown } from "./shown.ts";
import type { Glyphs } from "./spark.ts";
import { drawTimeline } from "./timeline.ts";
import { drawTitle } from "./title.ts";

/** Lines of the header, including the sparkline, on a screen of this height. */
export function headerHeight(height: number): number {
  return height < 8 ? 2 : 3 + sparkHeight(height);
}

function sparkHeight(height: number): number {
  return height >= 40 ? 4 : height >= 20 ? 2 : height >= 14 ? 1 : 0;
}

/** Draws the interface, the rates, whether the books balance, and the recent rates. */
export function drawHeader(frame: Frame, shown: Shown, glyphs: Glyphs): void {
  const { pane } = shown;
  drawTitle(frame, shown);
  drawLine(frame, 1, ratesOf(pane));
  if (headerHeight(frame.height) < 3) return;
  drawLine(frame, 2, booksOf(pane, frame.width));
  drawTimeline(frame, 3, sparkHeight(frame.height), pane, glyphs);
}

function ratesOf({ last, runBooks, sources }: Pane): Piece[] {
  if (last === undefined) return [["Waiting for the first tick"]];
  const { total } = last.books;
  const { packets } = runBooks.untracked;
  return [
    [`${rate(total.packets, last.elapsed)} packets/s`, BOLD],
    [bitRate(total.bytes, last.elapsed), BOLD],
    [plural(sources, "source", grouped)],
    [
      `${grouped(packets)} untracked`,
      packets > 0n ? BOLD | colour("alarm") : DIM,
    ],
  ];
}

/** Whether the books balance, and as much of the last tick's equation as fits. */
function booksOf({ last, unbalanced }: Pane, width: number): Piece[] {
  if (last === undefined) return [];
  const { books, seq } = last;
  const seen = seenVerdicts(books.verdicts ?? NO_VERDICTS)
    .map(([name, { packets }]) => `${grouped(packets)} ${name}`).join(" + ");
  const { total, untracked, nonIp, malformed } = books;
  const rest = [untracked, nonIp, malformed]
    .reduce((sum, { packets }) => sum + packets, 0n);
  const others = `${grouped(nonIp.packets)} non-IP + ${
    grouped(malformed.packets)
  } malformed`;
  const verdict: Piece = unbalanced === 0
    ? ["books balance", colour("good")]
    : [
      `${unbalanced} of ${seq} ticks do not balance`,
      BOLD | colour("alarm"),
    ];
  const parts = `${grouped(total.packets - rest)} by source + ${
    grouped(untracked.packets)
  } untracked + ${others}`;
  const room = width - verdict[0].length - 2 -
    (seen === "" ? 0 : seen.length + 2);
  const fitting = [`${grouped(total.packets)} = ${parts}`, parts]
    .find((text) => text.length <= room);
  return [
    verdict,
    ...(seen === "" ? [] : [[seen, BOLD] as const]),
    [fitting ?? others, DIM],
  ];
}
