/** Draws the lines above the table, but for the title: rates, books and the recent past. */
import { plural } from "../basics/plural.ts";
import { visible } from "../basics/visible.ts";
import { NO_VERDICTS, seenVerdicts, sourcesOf } from "../tally/books.ts";
import { BOLD, colour, DIM, type Frame } from "./cells.ts";
import { bitRate, grouped, percent, rate, shareOf } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import { drawLine, type Piece } from "./pieces.ts";
import type { Shown } from "./shown.ts";
import type { Glyphs } from "./spark.ts";
import { drawTimeline } from "./timeline.ts";

/** Lines of the header, including the timeline, on a screen of this height. */
export function headerHeight(height: number, pane: Pane): number {
  return height < 8
    ? 2
    : 3 + (hasProgram(pane) ? 1 : 0) + timelineHeight(height);
}

function timelineHeight(height: number): number {
  return height >= 40 ? 5 : height >= 20 ? 3 : height >= 14 ? 1 : 0;
}

/** Whether another XDP program decides what happens to the frames. */
function hasProgram({ start }: Pane): boolean {
  return start.holder !== undefined || start.mode === "observe";
}

/** Draws the rates, whether the books balance, and the recent rates, below the title. */
export function drawHeader(frame: Frame, shown: Shown, glyphs: Glyphs): void {
  const { pane } = shown;
  drawLine(frame, 1, ratesOf(pane));
  const height = headerHeight(frame.height, pane);
  if (height < 3) return;
  drawLine(frame, 2, booksOf(pane, frame.width));
  if (hasProgram(pane)) drawLine(frame, 3, programOf(pane));
  const lines = timelineHeight(frame.height);
  drawTimeline(frame, height - lines, lines, shown, glyphs);
}

function ratesOf({ start, last, runBooks, sources, fresh }: Pane): Piece[] {
  if (last === undefined) return [["Waiting for the first tick"]];
  const { total } = last.books;
  const { packets } = runBooks.untracked;
  return [
    [`${rate(total.packets, last.elapsed)} packets/s`, BOLD],
    [bitRate(total.bytes, last.elapsed), BOLD],
    [plural(sources, start.by.join() === "source" ? "source" : "row", grouped)],
    [`${rate(BigInt(fresh), last.elapsed)} new/s`],
    [
      `${grouped(packets)} untracked in the run`,
      packets > 0n ? BOLD | colour("alarm") : DIM,
    ],
  ];
}

/** Whether the books balance, and as much of the last tick's equation as fits. */
function booksOf({ last, unbalanced }: Pane, width: number): Piece[] {
  if (last === undefined) return [];
  const { books, seq } = last;
  const { total, untracked, nonIp, malformed, filtered, undecoded } = books;
  const verdict: Piece = unbalanced === 0
    ? ["books balance", colour("good")]
    : [
      `${unbalanced} of ${seq} ticks do not balance`,
      BOLD | colour("alarm"),
    ];
  const others = [
    `${grouped(nonIp.packets)} non-IP`,
    `${grouped(malformed.packets)} malformed`,
    // Only some options have frames of these classes.
    ...(filtered.packets > 0n ? [`${grouped(filtered.packets)} filtered`] : []),
    ...(undecoded.packets > 0n
      ? [`${grouped(undecoded.packets)} undecoded`]
      : []),
  ].join(" + ");
  const parts = `${grouped(sourcesOf(books).packets)} in rows + ${
    grouped(untracked.packets)
  } untracked + ${others}`;
  const room = width - verdict[0].length - 2;
  const fitting = [`${grouped(total.packets)} = ${parts}`, parts]
    .find((text) => text.length <= room);
  return [verdict, [fitting ?? others, DIM]];
}

/** What the XDP program that is there does with the frames of the tick. */
function programOf({ start: { mode, holder }, last }: Pane): Piece[] {
  const name = holder?.name ?? holder?.id ?? "";
  const program = `XDP program "${visible(String(name))}"`;
  const { verdicts } = last?.books ?? {};
  if (mode !== "observe") {
    return [
      [`beside ${program}`, BOLD],
      ["only what it passes on is counted"],
    ];
  }
  const total = last?.books.total.packets ?? 0n;
  const seen = seenVerdicts(verdicts ?? NO_VERDICTS);
  return [
    [`${program}:`, BOLD],
    ...seen.map(([verdict, { packets }]): Piece => [
      `${grouped(packets)} ${verdict} (${percent(shareOf(packets, total))})`,
      verdict === "drop" ? BOLD : 0,
    ]),
    ...(seen.length === 0 ? [["no frames in this tick", DIM] as const] : []),
  ];
}
