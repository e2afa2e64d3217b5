/** Totals of a report by group (source, hour, host or interface). */
import { ByteIndex } from "./byte_index.ts";
import { NumberColumn, SumColumn } from "./sum_columns.ts";
import type { Point, SeriesColumns } from "./series.ts";

/** One row of a report. All times are milliseconds since 1970. */
export interface Group {
  /** The source, hour, host or interface. */
  readonly key: string;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Start of the first tick that counted it, and end of the last. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Start of the minute with most packets on one interface, and those packets. */
  readonly busiestMinute: number;
  readonly busiestPackets: number;
}

const MINUTE = 60_000;

/** When a tick was counted, and on which interface. */
export class TickSpan {
  /** Start of the minute that the tick began in. */
  readonly minute: number;

  /**
   * @param start in milliseconds since 1970, as is `end`
   * @param interfaceNumber `number` of the CoveredInterface
   */
  constructor(
    readonly start: number,
    readonly end: number,
    readonly interfaceNumber: number,
  ) {
    this.minute = start - start % MINUTE;
  }
}

/**
 * Totals by group, in typed arrays with a row for each group: memory grows with
 * the number of groups, not of records.
 *
 * @example
 * const groups = new Groups();
 * groups.add(groups.row("10.0.0.1"), 12, 720, new TickSpan(0, 1000, 0));
 * groups.ranked("packets", 20); // one group with 12 packets
 */
export class Groups {
  readonly #series: SeriesColumns | undefined;
  readonly #rows = new Map<string, number>();
  /** The same rows, for keys that come as bytes. */
  readonly #byBytes = new ByteIndex();
  readonly #keys: string[] = [];
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();
  readonly #firstSeen = new NumberColumn();
  readonly #lastSeen = new NumberColumn();
  // The current minute, its interface and its packets; then the busiest so far.
  readonly #minute = new NumberColumn();
  readonly #interface = new NumberColumn();
  readonly #minutePackets = new NumberColumn();
  readonly #busiestMinute = new NumberColumn();
  readonly #busiestPackets = new NumberColumn();

  /** @param series takes packets over time; undefined: they are not wanted */
  constructor(series?: SeriesColumns) {
    this.#series = series;
  }

  /** The packets of a group over time. */
  series(key: string): Point[] {
    const row = this.#rows.get(key);
    return row === undefined ? [] : this.#series?.of(row) ?? [];
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Returns the row of a group; creates it when it is new. */
  row(key: string): number {
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#keys.length;
      this.#rows.set(key, row);
      this.#keys.push(key);
      this.#firstSeen.set(row, Infinity);
      this.#lastSeen.set(row, -Infinity);
      this.#busiestMinute.set(row, NaN);
    }
    return row;
  }

  /** Like `row`, for an ASCII key in `bytes` from index `from` up to `to`. */
  rowOfBytes(bytes: Uint8Array, from: number, to: number): number {
    let row = this.#byBytes.find(bytes, from, to);
    if (row < 0) {
      row = this.row(String.fromCharCode(...bytes.subarray(from, to)));
      this.#byBytes.add(bytes, from, to, row);
    }
    return row;
  }

  /** Adds what a tick counted for a group; counters are as in JSON records. */
  add(
    row: number,
    packets: number | string,
    bytes: number | string,
    span: TickSpan,
  ): void {
    const { start, end } = span;
    this.#packets.add(row, packets);
    this.#bytes.add(row, bytes);
    if (start < this.#firstSeen.get(row)) this.#firstSeen.set(row, start);
    if (end > this.#lastSeen.get(row)) this.#lastSeen.set(row, end);
    this.#addMinute(row, Number(packets), span);
    this.#series?.add(row, start, Number(packets));
  }

  #addMinute(row: number, packets: number, span: TickSpan): void {
    const { minute, interfaceNumber } = span;
    const isSame = this.#minute.get(row) === minute &&
      this.#interface.get(row) === interfaceNumber;
    const sum = isSame ? this.#minutePackets.get(row) + packets : packets;
    if (!isSame) {
      this.#minute.set(row, minute);
      this.#interface.set(row, interfaceNumber);
    }
    this.#minutePackets.set(row, sum);
    if (sum > this.#busiestPackets.get(row)) {
      this.#busiestPackets.set(row, sum);
      this.#busiestMinute.set(row, minute);
    }
  }

  /**
   * The groups in order: by packets, most first, or by key.
   *
   * @param top how many to return; 0: all
   */
  ranked(order: "packets" | "key", top: number): Group[] {
    const keys = this.#keys;
    const rows = keys.map((_, row) => row);
    const byKey = (a: number, b: number) => keys[a]! < keys[b]! ? -1 : 1;
    rows.sort(
      order === "key"
        ? byKey
        : (a, b) =>
          this.#packets.rounded(b) - this.#packets.rounded(a) || byKey(a, b),
    );
    return (top === 0 ? rows : rows.slice(0, top)).map((row) => ({
      key: keys[row]!,
      packets: this.#packets.get(row),
      bytes: this.#bytes.get(row),
      firstSeen: this.#firstSeen.get(row),
      lastSeen: this.#lastSeen.get(row),
      busiestMinute: this.#busiestMinute.get(row),
      busiestPackets: this.#busiestPackets.get(row),
    }));
  }
}
