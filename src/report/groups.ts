import { ByteIndex } from "./byte_index.ts";
import { NumberColumn, SumColumn } from "./columns.ts";
import type { Point, SeriesColumns } from "./series.ts";

/** A group of a report: a source, an hour, a host or an interface. */
export interface Group {
  readonly key: string;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Milliseconds since 1970, of the windows that it was seen in. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The minute with the most packets on one interface, and how many. */
  readonly busiestMinute: number;
  readonly busiestPackets: number;
}

const MINUTE = 60_000;

/** The time of a tick, and where it was. */
export class Window {
  /** That it began in. */
  readonly minute: number;

  /**
   * @param start in milliseconds since 1970
   * @param stream a number for the host and the interface
   */
  constructor(
    readonly start: number,
    readonly end: number,
    readonly stream: number,
  ) {
    this.minute = start - start % MINUTE;
  }
}

/**
 * Totals by group, in columns: memory follows the number of groups, and not
 * that of the records.
 */
export class Groups {
  readonly #series: SeriesColumns | undefined;
  readonly #rows = new Map<string, number>();
  /** The same, of keys that came as bytes. */
  readonly #byBytes = new ByteIndex();
  readonly #keys: string[] = [];
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();
  readonly #firstSeen = new NumberColumn();
  readonly #lastSeen = new NumberColumn();
  // The minute that is being added up, the stream it is of, and the best so far.
  readonly #minute = new NumberColumn();
  readonly #stream = new NumberColumn();
  readonly #minutePackets = new NumberColumn();
  readonly #busiestMinute = new NumberColumn();
  readonly #busiestPackets = new NumberColumn();

  /** @param series undefined: packets over time are not wanted */
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

  /** The row of a group, made when it is new. */
  row(key: string): number {
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#keys.length;
      this.#rows.set(key, row);
      this.#keys.push(key);
      this.#firstSeen.set(row, Infinity);
      this.#lastSeen.set(row, -Infinity);
    }
    return row;
  }

  /** The same of a key in ASCII, between two places of `bytes`. */
  rowOfBytes(bytes: Uint8Array, from: number, to: number): number {
    let row = this.#byBytes.find(bytes, from, to);
    if (row < 0) {
      row = this.row(String.fromCharCode(...bytes.subarray(from, to)));
      this.#byBytes.add(bytes, from, to, row);
    }
    return row;
  }

  /** Adds what was counted for a group in a window. */
  add(
    row: number,
    packets: number | string,
    bytes: number | string,
    window: Window,
  ): void {
    const { start, end } = window;
    this.#packets.add(row, packets);
    this.#bytes.add(row, bytes);
    if (start < this.#firstSeen.get(row)) this.#firstSeen.set(row, start);
    if (end > this.#lastSeen.get(row)) this.#lastSeen.set(row, end);
    this.#addMinute(row, Number(packets), window);
    this.#series?.add(row, start, Number(packets));
  }

  #addMinute(row: number, packets: number, window: Window): void {
    const { minute, stream } = window;
    const isSame = this.#minute.get(row) === minute &&
      this.#stream.get(row) === stream;
    const sum = isSame ? this.#minutePackets.get(row) + packets : packets;
    if (!isSame) {
      this.#minute.set(row, minute);
      this.#stream.set(row, stream);
    }
    this.#minutePackets.set(row, sum);
    if (sum > this.#busiestPackets.get(row)) {
      this.#busiestPackets.set(row, sum);
      this.#busiestMinute.set(row, minute);
    }
  }

  /** The groups with most packets first, or by key; at most `top`, 0 for all. */
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
