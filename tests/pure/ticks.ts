/** Tick records and views of `top`, made without a kernel or a terminal. */
import { BY_SOURCE, type Keying } from "../../src/basics/keys.ts";
import { type Books, EMPTY_BOOKS } from "../../src/tally/books.ts";
import type { StartRecord, TickRecord } from "../../src/tally/records.ts";
import { Run } from "../../src/tally/run.ts";
import type { RowOrder } from "../../src/view/row_order.ts";
import { ASCII, UNICODE } from "../../src/view/spark.ts";
import { View } from "../../src/view/view.ts";
import { type Frame, REVERSE } from "../../src/view/cells.ts";
import { listBy, type Row, v4 } from "./lists.ts";

const START = 1_700_000_000_000;

/** A run that passes its ticks to a view. */
export class Ticks {
  readonly start: StartRecord;
  readonly #run: Run;
  readonly #interval: number;
  #now = 0;

  readonly #keying: Keying;

  constructor(
    interfaceName = "eth0",
    interval = 1000,
    maxSources = 65536,
    keying = BY_SOURCE,
    beside: Partial<StartRecord> = {},
  ) {
    this.#interval = interval;
    this.#keying = keying;
    const origin = {
      host: "web1",
      run: "r",
      interface: interfaceName,
      direction: "in",
      by: keying.fields,
    } as const;
    this.start = {
      type: "start",
      ...origin,
      ifindex: 3,
      mode: "native",
      filter: undefined,
      version: "0",
      start: new Date(START),
      interval: interval / 1000,
      ...beside,
    };
    this.#run = new Run(origin, {
      sort: "packets",
      top: 0,
      endTop: 0,
      maxSources,
      keying,
    }, { boot: 0, wall: START });
  }

  /** A tick with these sources; `lost` packets are only in the total. */
  next(
    ipv4: readonly Row[],
    ipv6: readonly Row[] = [],
    lost = 0,
    books: Partial<Books> = {},
  ): TickRecord {
    this.#now += this.#interval;
    const window = {
      ipv4: listBy(this.#keying, "ipv4", ipv4),
      ipv6: listBy(this.#keying, "ipv6", ipv6),
    };
    const rows = [...ipv4, ...ipv6];
    const sum = (of: (row: Row) => number) =>
      BigInt(rows.reduce((sum, row) => sum + of(row), 0));
    const total = {
      packets: sum(({ packets }) => packets) + BigInt(lost),
      bytes: sum(({ bytes }) => bytes),
    };
    return this.#run.close(
      window,
      { ...EMPTY_BOOKS, total, ...books },
      { end: { boot: this.#now, wall: START + this.#now } },
    );
  }
}

/** A view that has seen the start of `ticks`. */
export function viewOf(
  ticks: Ticks,
  isAscii = false,
  sort: RowOrder = "packets",
): View {
  const glyphs = isAscii ? ASCII : UNICODE;
  const view = new View({ sort, by: ticks.start.by, interval: 1000, glyphs });
  view.start(ticks.start);
  return view;
}

/** 10.0.0.N with that many packets of 100 bytes. */
export function from(last: number, packets: number): Row {
  return v4(`10.0.${last >> 8}.${last & 255}`, packets, packets * 100);
}

/** The lines of a frame, without the blanks at their ends. */
export function linesOf({ width, height, characters }: Frame): string[] {
  return Array.from(
    { length: height },
    (_, row) =>
      characters.slice(row * width, (row + 1) * width).join("").trimEnd(),
  );
}

/** The addresses of the visible rows. */
export function addresses(view: View, width = 80, height = 24): string[] {
  return linesOf(view.frame(width, height)).flatMap((line) =>
    /^(\d+(?:\.\d+){3}|[\da-f:]*::[\da-f.]*) /.exec(line)?.[1] ?? []
  );
}

/** The address of the row that the cursor is on. */
export function cursorOf(
  view: View,
  width = 80,
  height = 24,
): string | undefined {
  const frame = view.frame(width, height);
  const lines = linesOf(frame);
  const at = lines.findIndex((line, row) =>
    row > 0 && /^[\d.]+ /.test(line) &&
    (frame.styles[(row + 1) * width - 1]! & REVERSE) !== 0
  );
  return lines[at]?.split(" ")[0];
}
