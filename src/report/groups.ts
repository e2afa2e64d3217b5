/** Totals of a report by group (source, hour, host or interface). */
import { BusiestMinutes } from "./busiest_minutes.ts";
import { ByteIndex } from "./byte_index.ts";
import type { JsonCount } from "./counts.ts";
import { NumberColumn, SumColumn } from "./sum_columns.ts";
import type { Point, SeriesColumns } from "./series.ts";

/** One row of a report. All times are milliseconds since 1970. */
export interface Group {
  /** What it stands for: a list of fields, or hour, host or interface. */
  readonly by: string;
  /** For people: the values of the fields, the hour, host or interface. */
  readonly key: string;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Start of the first tick that counted it, and end of the last. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Start of the minute with most packets on one interface, and those packets. */
  readonly busiestMinute: number;
  readonly busiestPackets: bigint;
}

/** The rows that stand for one kind of thing. */
interface Rows {
  readonly byKey: Map<string, number>;
  /** The same rows, for the rows of captures, which come as bytes: by their fields. */
  readonly byBytes: Map<string, ByteIndex>;
}

/** When a tick was counted (ms since 1970), and the number of its interface. */
interface TickPlace {
  readonly start: number;
  readonly end: number;
  readonly interfaceNumber: number;
}

/**
 * Totals by group, in typed arrays with a row for each group: memory grows with
 * the number of groups, not of records.
 *
 * @example
 * const groups = new Groups();
 * groups.begin({ start: 0, end: 1000, interfaceNumber: 0 });
 * groups.select("source");
 * groups.add(groups.row("10.0.0.1"), 12, 720);
 * groups.settle();
 * groups.minutes.finish();
 * groups.ranked("packets", 20); // one group with 12 packets
 */
export class Groups {
  readonly #series: SeriesColumns | undefined;
  /** By what they stand for. */
  readonly #kinds = new Map<string, Rows>();
  #by = "";
  #rows!: Rows;
  #byBytes!: ByteIndex;
  readonly #keys: string[] = [];
  /** What each row stands for. */
  readonly #bys: string[] = [];
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();
  readonly #firstSeen = new NumberColumn();
  readonly #lastSeen = new NumberColumn();
  readonly minutes = new BusiestMinutes();
  /** Ticks come once more, for their minutes alone. */
  #isAgain = false;
  #start = 0;
  #end = 0;

  /** @param series takes packets over time; undefined: they are not wanted */
  constructor(series?: SeriesColumns) {
    this.#series = series;
  }

  /** The packets of a group over time. */
  series({ by, key }: Group): Point[] {
    const row = this.#kinds.get(by)?.byKey.get(key);
    return row === undefined ? [] : this.#series?.of(row) ?? [];
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Begins another reading of the same ticks. */
  startAgain(): void {
    this.#isAgain = true;
    this.minutes.startAgain();
  }

  /** Begins a tick, whose rows are added next. */
  begin({ start, end, interfaceNumber }: TickPlace): void {
    this.#start = start;
    this.#end = end;
    this.minutes.select(interfaceNumber, start);
  }

  /** Ends a tick. */
  settle(): void {
    this.minutes.settle();
  }

  /**
   * Says what the rows stand for that are asked for next.
   *
   * @param fields those of the rows of the capture, for `rowOfBytes`
   */
  select(by: string, fields = by): void {
    const known = this.#kinds.get(by);
    this.#by = by;
    this.#rows = known ?? { byKey: new Map(), byBytes: new Map() };
    if (known === undefined) this.#kinds.set(by, this.#rows);
    const { byBytes } = this.#rows;
    this.#byBytes = byBytes.get(fields) ?? new ByteIndex();
    byBytes.set(fields, this.#byBytes);
  }

  /** Returns the row of a group; creates it when it is new. */
  row(key: string): number {
    let row = this.#rows.byKey.get(key);
    if (row === undefined) {
      row = this.#keys.length;
      this.#rows.byKey.set(key, row);
      this.#keys.push(key);
      this.#bys.push(this.#by);
      this.#firstSeen.set(row, Infinity);
      this.#lastSeen.set(row, -Infinity);
    }
    return row;
  }

  /**
   * Like `row`, for what a capture has in `bytes` from index `from` up to `to`.
   *
   * @param keyOf gives the key where those bytes are new
   */
  rowOfBytes(
    bytes: Uint8Array,
    from: number,
    to: number,
    keyOf: () => string,
  ): number {
    const byBytes = this.#byBytes;
    let row = byBytes.find(bytes, from, to);
    if (row < 0) {
      row = this.row(keyOf());
      byBytes.add(bytes, from, to, row);
    }
    return row;
  }

  /** Adds what the tick counted for a group; counters are as in JSON records. */
  add(row: number, packets: JsonCount, bytes: JsonCount): void {
    this.minutes.add(row, packets);
    if (this.#isAgain) return;
    const [start, end] = [this.#start, this.#end];
    this.#packets.add(row, packets);
    this.#bytes.add(row, bytes);
    if (start < this.#firstSeen.get(row)) this.#firstSeen.set(row, start);
    if (end > this.#lastSeen.get(row)) this.#lastSeen.set(row, end);
    this.#series?.add(row, start, Number(packets));
  }

  /**
   * The groups in order: by packets, most first, or by key.
   *
   * @param top how many to return; 0: all
   */
  ranked(order: "packets" | "key", top: number): Group[] {
    const [keys, bys] = [this.#keys, this.#bys];
    const rows = keys.map((_, row) => row);
    const byKey = (a: number, b: number) =>
      compared(keys[a]!, keys[b]!) || compared(bys[a]!, bys[b]!);
    rows.sort(
      order === "key"
        ? byKey
        : (a, b) => this.#packets.compare(b, a) || byKey(a, b),
    );
    return (top === 0 ? rows : rows.slice(0, top)).map((row) => {
      const { minute, packets } = this.minutes.of(row);
      return {
        by: bys[row]!,
        key: keys[row]!,
        packets: this.#packets.get(row),
        bytes: this.#bytes.get(row),
        firstSeen: this.#firstSeen.get(row),
        lastSeen: this.#lastSeen.get(row),
        busiestMinute: minute,
        busiestPackets: packets,
      };
    });
  }
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
