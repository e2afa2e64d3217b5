/** Draws the lines above the table: rates, books and the recent past. */
import { visible } from "../basics/visible.ts";
import { plural } from "../basics/plural.ts";
import { BOLD, colour, DIM, type Frame, REVERSE, type Style } from "./cells.ts";
import { NO_VERDICTS, seenVerdicts } from "../tally/books.ts";
import { bitRate, clock, grouped, interval, rate } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import { type Glyphs, sparkline } from "./spark.ts";
import type { Shown } from "./shown.ts";

/** A piece of a line, with its style. */
type Piece = readonly [text: string, style?: Style];

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

function drawTitle(frame: Frame, shown: Shown): void {
  const { pane, panes, filter, family } = shown;
  const { start, last, ended } = pane;
  frame.fill(0, REVERSE);
  const time = last === undefined ? "" : `${clock(last.end)}Z `;
  const from = frame.width - time.length;
  const count = panes.length > 1
    ? ` ${panes.indexOf(start.interface) + 1}/${panes.length}`
    : "";
  const name = frame.width >= 60 ? " xdptally " : " ";
  const pieces: Piece[] = [
    [`${start.interface}${count}`, BOLD],
    ...(pane.unbalanced > 0
      ? [["BOOKS DO NOT BALANCE", BOLD | colour("alarm")] as const]
      : []),
    ...(shown.isPaused ? [["PAUSED", BOLD] as const] : []),
    ...(ended === undefined
      ? []
      : [[`ended: ${ended}`, BOLD | colour("alarm")] as const]),
    ...(filter === undefined ? [] : [[`only ${filter.text}`, BOLD] as const]),
    ...(family === undefined
      ? []
      : [[family === 4 ? "only IPv4" : "only IPv6", BOLD] as const]),
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
  drawPieces(frame, 0, frame.put(0, 0, name, REVERSE), title, from);
  frame.put(0, from, time, REVERSE);
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

/** Seconds that a cell of the sparkline can stand for, and the least that all of them cover. */
const SPANS = [1, 2, 5, 10, 15, 30, 60];
const LEAST = 180;

function drawTimeline(
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

function drawLine(frame: Frame, row: number, pieces: readonly Piece[]): void {
  drawPieces(frame, row, 0, pieces, frame.width);
}

/** Puts pieces two columns apart, as many as fit before column `to`. */
function drawPieces(
  frame: Frame,
  row: number,
  from: number,
  pieces: readonly Piece[],
  to: number,
): void {
  for (const [at, [text, style]] of pieces.entries()) {
    if (at > 0 && from + text.length > to) return;
    from = frame.put(row, from, text.slice(0, to - from), style) + 2;
  }
}
