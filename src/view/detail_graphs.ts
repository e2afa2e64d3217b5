/** The curves of the row that was opened. */
import { BOLD, DIM, type Frame } from "./cells.ts";
import type { Detail } from "./detail.ts";
import { AXIS, drawGraph } from "./graph.ts";
import { short } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import { line, type Section } from "./sections.ts";
import type { Glyphs } from "./spark.ts";
import { peaksBySpan } from "./spans.ts";

/** Seconds that a column of a graph can stand for. */
const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300];
const MOST_COLUMNS = 120;

/** Packets and bits a second, over all the time that is kept. */
export function detailGraphs(
  detail: Detail,
  { rows: { clock }, last }: Pane,
  { width, height }: Frame,
  glyphs: Glyphs,
): Section[] {
  const ticks = detail.ticks(clock);
  const [oldest] = ticks;
  if (oldest === undefined) return [];
  const kept = clock - oldest.end + oldest.elapsed;
  const room = Math.min(MOST_COLUMNS, width - AXIS - 1);
  const LEAST = 30;
  if (room < LEAST) return [];
  const span = SPANS.find((span) => room * span >= kept + span) ?? 600;
  const count = Math.min(room, Math.max(LEAST, Math.ceil(kept / span) + 1));
  const { end } = last!;
  const newest = (Math.floor(clock / span) + 1) * span;
  const from = new Date(end.getTime() + (newest - count * span - clock) * 1000);
  const rows = height >= 40 ? 6 : height >= 30 ? 4 : 3;
  return ([
    ["PACKETS/S", "packets", 1],
    ["BIT/S", "bytes", 8],
  ] as const).flatMap(([title, unit, factor]) => {
    const rates = ticks.map((tick) => ({ ...tick, rate: tick[unit] * factor }));
    const values = peaksBySpan(rates, clock, count, span);
    const known = rates.filter(({ rate }) => !Number.isNaN(rate));
    const peak = Math.max(0, ...known.map(({ rate }) => rate));
    const unknown = ticks.length - known.length;
    const graph = { values, format: short, from, to: end };
    return [
      line([
        [title, BOLD],
        [`peak ${short(peak)}`, DIM],
        ...(unknown > 0
          ? [[`blank: not among the rows that were kept`, DIM] as const]
          : []),
      ]),
      {
        height: rows + 1,
        draw: (frame: Frame, at: number) =>
          drawGraph(frame, at, rows + 1, graph, glyphs),
      },
    ];
  });
}
