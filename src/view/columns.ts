/** The columns of the table: which fit, and what they show. */
import { formatBytes } from "../basics/quantity.ts";
import { bits, clock, grouped, percent, rate, shareOf } from "./numbers.ts";
import type { Choice } from "./choice.ts";
import type { Pane } from "./pane.ts";
import type { RowOrder, Scope } from "./row_order.ts";
import { HISTORY, type SourceRow } from "./source_rows.ts";

/** What each head stands for, for the man page. */
export const COLUMN_HELP = {
  "ADDRESS": "the source",
  "PACKETS/S": "its packets a second in the last tick",
  "BIT/S": "its bits a second in the last tick",
  "SHARE":
    "its share of the packets of the last tick, or of the run after d; of the bytes when rows are sorted by bytes. A bar shows the same",
  "TOTAL": "its packets in the run",
  "TREND":
    "its packets in each of the last ticks, at most 32; each row has a scale of its own",
  "FIRST SEEN":
    "the start of the first tick that had it: a time, after a day a date",
  "PACKETS": "its packets in the run, after d",
  "BYTES": "its bytes in the run, after d",
};

/** A column of the table. */
export interface Column {
  /** "" above the bar. */
  readonly head: keyof typeof COLUMN_HELP | "";
  readonly width: number;
  /** The order that marks this column; undefined: none does. */
  readonly sort?: RowOrder;
  /** Aligned to the left. */
  readonly isLeft?: boolean;
  /** table.ts draws a picture instead of the text. */
  readonly picture?: "bar" | "trend";
  /** The cell of a source. */
  text(row: SourceRow): string;
  /** The cell of the total. */
  readonly total: string;
}

const ADDRESS = 15;
const LEAST_BAR = 6, MOST_BAR = 30;
const LEAST_TREND = 8;

/**
 * The columns that fit into a width. Address, counts and share always come; then
 * the bar, the second count, the trend and the first time, in this order. Bar and
 * trend share the columns that are left.
 *
 * @param addresses length of the longest address
 * @param width columns of the screen
 */
export function columnsFor(
  pane: Pane,
  { scope, sort }: Choice,
  addresses: number,
  width: number,
): Column[] {
  const gap = width >= 100 ? 2 : 1;
  const { counts, share, rest } = textColumns(pane, scope, sort);
  const fixed = [...counts, share].reduce(
    (sum, { width }) => sum + gap + width,
    0,
  );
  const address: Column = {
    head: "ADDRESS",
    width: Math.max(0, Math.min(Math.max(ADDRESS, addresses), width - fixed)),
    sort: "ip",
    isLeft: true,
    text: ({ ip }) => ip,
    total: "total",
  };
  const picture = (picture: "bar" | "trend", width: number): Column => ({
    head: picture === "trend" ? "TREND" : "",
    width,
    isLeft: true,
    picture,
    text: () => "",
    total: "",
  });
  const [second, first] = rest;
  const columns = [
    address,
    ...counts,
    share,
    picture("bar", LEAST_BAR),
    second,
    picture("trend", LEAST_TREND),
    first,
  ];
  let room = width - fixed - address.width;
  const fitting = columns.filter((column, at) => {
    if (at <= counts.length + 1) return true;
    const fits = column.width + gap <= room;
    room = fits ? room - column.width - gap : 0;
    return fits;
  });
  return fitting.map((column) => {
    const most = column.picture === "bar" ? MOST_BAR : HISTORY;
    if (column.picture === undefined) return column;
    const others = fitting.filter(({ picture }) => picture !== undefined);
    const more = Math.floor(room / others.length);
    return { ...column, width: Math.min(most, column.width + more) };
  });
}

/** The columns of text; `counts` show what `scope` selects, `rest` the other scope and the first time. */
function textColumns(
  { last, runBooks, peak }: Pane,
  scope: Scope,
  sort: RowOrder,
): { counts: Column[]; share: Column; rest: [Column, Column] } {
  const elapsed = last?.elapsed ?? NaN;
  const tick = last?.books.total ?? { packets: 0n, bytes: 0n };
  const run = runBooks.total;
  const ofRun = (row: SourceRow) => row.run ?? row.tick;
  const rates: Column = {
    head: "PACKETS/S",
    width: Math.max(9, grouped(Math.round(peak)).length),
    text: (row) => rate(row.tick.packets, elapsed),
    total: rate(tick.packets, elapsed),
  };
  const totals: Column = {
    head: scope === "run" ? "PACKETS" : "TOTAL",
    width: Math.max(9, grouped(run.packets).length),
    text: (row) => grouped(ofRun(row).packets),
    total: grouped(run.packets),
  };
  const share: Column = {
    head: "SHARE",
    width: 6,
    text: (row) =>
      percent(shareIn(row, scope, sort, scope === "run" ? run : tick)),
    total: (scope === "run" ? run : tick).packets > 0n ? "100.0%" : "",
  };
  const first: Column = {
    head: "FIRST SEEN",
    width: 10,
    sort: "first",
    text: (row) => day(row.first, last!.end),
    total: "",
  };
  if (scope === "run") {
    const volume: Column = {
      head: "BYTES",
      width: 8,
      sort: "bytes",
      text: (row) => formatBytes(ofRun(row).bytes),
      total: formatBytes(run.bytes),
    };
    const counts = [{ ...totals, sort: "packets" as const }, volume];
    return { counts, share, rest: [rates, first] };
  }
  const speed: Column = {
    head: "BIT/S",
    width: 7,
    sort: "bytes",
    text: (row) => bits(row.tick.bytes, elapsed),
    total: bits(tick.bytes, elapsed),
  };
  const counts = [{ ...rates, sort: "packets" as const }, speed];
  return { counts, share, rest: [totals, first] };
}

/** The share of a source in `whole`, of bytes if rows are sorted by bytes, else of packets. */
export function shareIn(
  row: SourceRow,
  scope: Scope,
  sort: RowOrder,
  whole: { readonly packets: bigint; readonly bytes: bigint },
): number {
  const unit = sort === "bytes" ? "bytes" : "packets";
  const part = scope === "run" ? row.run ?? row.tick : row.tick;
  return shareOf(part[unit], whole[unit]);
}

/** The time, if it is within a day of `now`; else the date. */
function day(time: Date, now: Date): string {
  const isFar = now.getTime() - time.getTime() > 86_400_000;
  return isFar ? time.toISOString().slice(0, 10) : clock(time);
}
