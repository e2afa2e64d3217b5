/** The columns of the table: which fit, and what they show. */
import { type FieldName, keyField } from "../basics/keys.ts";
import { formatBytes } from "../basics/quantity.ts";
import { NOTHING, type Tally } from "../tally/source_list.ts";
import type { Choice } from "./choice.ts";
import type { FanOutField } from "./fan_out.ts";
import type { Grouping } from "./grouping.ts";
import { type NameLookup, placeIn } from "./namer.ts";
import { bits, clock, counted, percent, rate, shareOf } from "./numbers.ts";
import type { Pane } from "./pane.ts";
import type { RowOrder } from "./row_order.ts";
import type { Shown } from "./shown.ts";
import { HISTORY } from "./source_rows.ts";
import type { Amount, ViewRow } from "./view_row.ts";

/** What each head stands for, for the man page. */
export const COLUMN_HELP = {
  "ADDRESS":
    "the source; after b or with --by a network or other fields, whose names are the head then",
  "NAME":
    "what --names, --mmdb and, after n, reverse DNS say of the address: label or name, AS, country",
  "PACKETS/S": "its packets a second in the last tick",
  "BIT/S": "its bits a second in the last tick",
  "SHARE":
    "its share of the packets of the last tick, or of the run after d; of the bytes when rows are sorted by bytes. A bar shows the same, after L on a logarithmic scale from 0.01%",
  "SOURCES, DESTS, PORTS":
    "how many different ones it has in the last tick, or in the run after d: of the fields that are counted, but not part of the row",
  "TREND":
    "its packets in each of the last ticks, at most 32; each row has a scale of its own",
  "TOTAL": "its packets in the run",
  "FIRST SEEN":
    "the start of the first tick that had it: a time, after a day a date",
  "PACKETS": "its packets in the run, after d",
  "BYTES": "its bytes in the run, after d",
};

/** A column of the table. */
export interface Column {
  readonly head: string;
  readonly width: number;
  /** It grows into room that is left, up to this width; undefined: it does not. */
  readonly most?: number;
  /** The order that marks this column; undefined: none does. */
  readonly sort?: RowOrder;
  /** Aligned to the left. */
  readonly isLeft?: boolean;
  /** table.ts draws a picture instead of the text. */
  readonly picture?: "bar" | "trend";
  /** The cell of a row. */
  text(row: ViewRow): string;
  /** The cell of any amount: of all frames, for example. */
  textOf?(amount: Amount): string;
  /** It is also shown for the sum of some rows. */
  readonly isOfParts?: true;
}

/** The least and the most columns of a key; an IPv6 address has the latter at most. */
const LEAST_KEY = 15, ADDRESS = 39, NETWORK = 23;
const LEAST_BAR = 6, MOST_BAR = 30;
const LEAST_TREND = 8;
const HEADS: Record<FanOutField, string> = {
  "source": "SOURCES",
  "destination": "DESTS",
  "port": "PORTS",
};

/** The least and the most columns of a name. */
const LEAST_NAME = 15, MOST_NAME = 48;

/** What columns depend on. What is counted does not change them: they never come and go. */
interface Layout {
  readonly choice: Choice;
  readonly fanOut: readonly FanOutField[];
  /** Length of the longest key in sight. */
  readonly longest: number;
  /** Columns of the screen. */
  readonly width: number;
  readonly nameOf: Shown["nameOf"];
}

/**
 * The columns that fit into a width, beside the longest key that there may be. Key,
 * counts and share always come. The key takes what it needs, and leaves the rest to
 * bar and trend.
 */
export function columnsFor(pane: Pane, layout: Layout): Column[] {
  const { choice, width, fanOut, nameOf } = layout;
  const gap = width >= 100 ? 2 : 1;
  const sizeOf = (columns: readonly Column[]) =>
    columns.reduce((sum, column) => sum + gap + column.width, 0);
  const { counts, share, second, first } = textColumns(pane, choice);
  const fixed = [...counts, share];
  const most = width - sizeOf(fixed);
  const reserve = Math.max(0, Math.min(keyWidth(choice.grouping), most));
  const bar = picture(
    choice.isLog ? "LOG SCALE" : "",
    "bar",
    LEAST_BAR,
    MOST_BAR,
  );
  const trend = picture("TREND", "trend", LEAST_TREND, HISTORY);
  const names = nameOf === undefined ? [] : [nameColumn(nameOf)];
  const fans = fanOut.map((name, at): Column => ({
    head: HEADS[name],
    width: 7,
    sort: name,
    text: ({ fanOut }) => counted(BigInt(fanOut[at]!), 7),
  }));
  let room = most - reserve;
  // What matters most takes its place first.
  const fitting = new Set<Column>();
  for (const column of [...names, ...fans, bar, trend, second, first]) {
    if (sizeOf([column]) > room) continue;
    room -= sizeOf([column]);
    fitting.add(column);
  }
  const others = [...names, ...fixed, ...fans, bar, second, trend, first]
    .filter((column) => fitting.has(column) || fixed.includes(column));
  const key: Column = {
    head: keyHead(choice.grouping),
    width: Math.min(
      Math.max(LEAST_KEY, layout.longest),
      width - sizeOf(others),
    ),
    sort: "ip",
    isLeft: true,
    text: ({ key }) => key,
  };
  return [key, ...grown(others, width - key.width - sizeOf(others))];
}

/** Divides room that is left: half of it goes to names, the rest to pictures. */
function grown(columns: readonly Column[], left: number): Column[] {
  const pictures = columns.filter(({ picture }) => picture !== undefined);
  const growing = columns.filter(({ most }) => most !== undefined);
  const half = growing.length === pictures.length ? 0 : Math.floor(left / 2);
  const part = Math.floor((left - half) / pictures.length);
  return columns.map((column) => {
    const more = column.picture === undefined ? half : part;
    return column.most === undefined
      ? column
      : { ...column, width: Math.min(column.most, column.width + more) };
  });
}

function nameColumn(nameOf: NameLookup): Column {
  return {
    ...{ head: "NAME", width: LEAST_NAME, most: MOST_NAME, isLeft: true },
    text: (row) => nameOf(placeIn(row)),
  };
}

function picture(
  head: string,
  picture: "bar" | "trend",
  width: number,
  most: number,
): Column {
  return { head, width, most, isLeft: true, picture, text: () => "" };
}

/** `ADDRESS`, `NETWORK`, or the fields: `SOURCE,PORT`. */
function keyHead({ fields, isByNetwork }: Grouping): string {
  const text = fields.join();
  if (isByNetwork) {
    return text === "source" ? "NETWORK" : `${text} NETWORK`.toUpperCase();
  }
  return text === "source" ? "ADDRESS" : text.toUpperCase();
}

/** Columns of the longest key. */
function keyWidth({ fields, isByNetwork }: Grouping): number {
  const width = (name: FieldName) => {
    const { size, isNumber } = keyField(name);
    if (typeof size === "string") return isByNetwork ? NETWORK : ADDRESS;
    return isNumber ? 5 : name === "mac" ? 17 : 9;
  };
  const all = fields.reduce((sum, name) => sum + width(name) + 1, -1);
  return Math.max(LEAST_KEY, all);
}

/** The columns of text; `counts` show what the scope selects, `second` the other one. */
function textColumns(
  { last, runBooks }: Pane,
  choice: Choice,
): { counts: Column[]; share: Column; second: Column; first: Column } {
  const elapsed = last?.elapsed ?? NaN;
  const whole = { tick: last?.books.total ?? NOTHING, run: runBooks.total };
  const rates = amounts(
    "PACKETS/S",
    9,
    ({ tick }) => rate(tick.packets, elapsed, 9),
  );
  const speed = amounts("BIT/S", 7, ({ tick }) => bits(tick.bytes, elapsed));
  const totals = (head: string, width: number) =>
    amounts(head, width, (of) => counted(ofRun(of).packets, width));
  const volume = amounts("BYTES", 8, (of) => formatBytes(ofRun(of).bytes));
  const share = amounts(
    "SHARE",
    6,
    (part) => percent(shareIn(part, choice, whole)),
  );
  const first: Column = {
    head: "FIRST SEEN",
    width: 10,
    sort: "first",
    text: (row) => day(row.first, last!.end),
  };
  const [packets, bytes, second] = choice.scope === "run"
    ? [totals("PACKETS", 13), volume, rates]
    : [rates, speed, totals("TOTAL", 11)];
  const counts: Column[] = [
    { ...packets, sort: "packets", isOfParts: true },
    { ...bytes, sort: "bytes", isOfParts: true },
  ];
  return { counts, share: { ...share, isOfParts: true }, second, first };
}

/** A column whose cells can be added up. */
function amounts(
  head: string,
  width: number,
  textOf: (amount: Amount) => string,
): Column {
  return { head, width, text: textOf, textOf };
}

function ofRun({ run, tick }: Amount): Tally {
  return run ?? tick;
}

/** The share of an amount in the whole, of bytes if rows are sorted by bytes, else of packets. */
export function shareIn(
  amount: Amount,
  { scope, sort }: Choice,
  whole: { readonly tick: Tally; readonly run: Tally },
): number {
  const unit = sort === "bytes" ? "bytes" : "packets";
  const part = scope === "run" ? amount.run ?? amount.tick : amount.tick;
  return shareOf(part[unit], whole[scope][unit]);
}

/** The time, if it is within a day of `now`; else the date. */
function day(time: Date, now: Date): string {
  const isFar = now.getTime() - time.getTime() > 86_400_000;
  return isFar ? time.toISOString().slice(0, 10) : clock(time);
}
