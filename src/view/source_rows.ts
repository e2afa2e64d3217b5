/** Holds the rows that `top` counts, with their recent rates. */
import {
  type FieldName,
  type FieldValue,
  valuesOfKey,
} from "../basics/keys.ts";
import { grown } from "../basics/growing_array.ts";
import type { TickRecord } from "../tally/records.ts";
import { type Count, NOTHING, type Tally } from "../tally/source_list.ts";
import { countedAddress, NETWORK_BITS } from "./grouping.ts";
import { KEPT_ROWS, type PastTick } from "./history.ts";
import { Loudest } from "./loudest.ts";
import type { ViewRow } from "./view_row.ts";

/** Ticks in a row's sparkline. */
export const HISTORY = 32;
/** Seconds that a row stays visible after its source has stopped. */
const LINGER = 10;
/** Time constant, in seconds, of the smoothed rate that rows are ordered by. */
const SMOOTHING = 4;
/** A counted row has all the fields: nothing fans out. */
const NO_FAN_OUT: readonly number[] = [];

/** A network that rows are in. */
interface CrowdNetwork {
  /** Bytes of its addresses. */
  readonly size: number;
  readonly name: number | string;
  /** Rows that are in it. */
  rows: number;
  /** The count that it was last part of. */
  countedBy: unknown;
}

/** A row as it is counted. */
export interface SourceRow extends ViewRow {
  /** Of the fields of `--by`, in their order. */
  readonly values: readonly FieldValue[];
  /** The bytes of its source's address; undefined: sources are not counted. */
  readonly source: Uint8Array | undefined;
  /** The network of its source; undefined, too, if shorter prefixes are counted. */
  readonly network: CrowdNetwork | undefined;
  tick: Tally;
  run: Tally | undefined;
  readonly smooth: { packets: number; bytes: number };
  /** The row of a grouping that it was part of last: it is looked up once. */
  group: ViewRow | undefined;
  /** The index of its history. */
  readonly slot: number;
  seen: number;
}

/** The rows of a run, each with its rates of the last ticks. */
export class SourceRows {
  /** Where the source is among a row's values; -1: nowhere. */
  readonly #sourceAt: number;
  readonly #by: readonly FieldName[];
  #rows = new Map<string, SourceRow>();
  #networks = new Map<number | string, CrowdNetwork>();
  /** Packets per second of the last ticks: in each slot, tick n is at n modulo `HISTORY`. */
  #histories = new Float32Array(64 * HISTORY);
  #freeSlots: number[] = [];
  /** Sum of the lengths of all ticks, in seconds. */
  #clock = 0;
  #tickStart = 0;
  #seq = 0;

  /** @param by the fields that rows are counted by */
  constructor(by: readonly FieldName[]) {
    this.#by = by;
    this.#sourceAt = by.indexOf("source");
  }

  /**
   * The rows of a tick that is over.
   *
   * @param ticks that one, and for the trends those before it, the oldest first
   */
  static ofPast(
    by: readonly FieldName[],
    ticks: readonly PastTick[],
  ): SourceRows {
    const past = new SourceRows(by);
    const { rows, last: { elapsed, seq }, ...clocks } = ticks.at(-1)!;
    const clock = past.#clock = clocks.clock - clocks.runClock;
    past.#tickStart = onMicros(clock - elapsed);
    past.#seq = seq;
    for (const { key, first, born, tick, run } of rows) {
      const row = past.#newRow(
        key,
        valuesOfKey(key, by),
        first,
        onMicros(born),
      );
      past.#rows.set(key, row);
      row.tick = tick;
      row.run = run;
      row.seen = clock;
      row.smooth.packets = Number(tick.packets) / elapsed;
      row.smooth.bytes = Number(tick.bytes) / elapsed;
    }
    for (const { rows, last: { elapsed, seq } } of ticks) {
      for (const { key, tick } of rows) {
        const slot = past.#rows.get(key)?.slot;
        if (slot === undefined) continue;
        const rate = Number(tick.packets) / elapsed;
        past.#histories[slot * HISTORY + seq % HISTORY] = rate;
      }
    }
    return past;
  }

  /** The view's clock: seconds counted so far. */
  get clock(): number {
    return this.#clock;
  }

  /** When the last tick began, by that clock. */
  get tickStart(): number {
    return this.#tickStart;
  }

  /**
   * Takes a tick; rows that are not in it sent nothing.
   *
   * @returns how many rows are in the tick, how many of them are new, and those to
   * keep in the history
   */
  take(
    { seq, start, elapsed, sources }: TickRecord,
  ): { count: number; fresh: number; loudest: ReadonlySet<SourceRow> } {
    const born = this.#tickStart = this.#clock;
    this.#clock += elapsed;
    this.#seq = seq;
    let count = 0, fresh = 0;
    const loudest = new Loudest<SourceRow>(KEPT_ROWS);
    for (const source of sources) {
      const { key, packets, bytes, run } = source;
      let row = this.#rows.get(key);
      if (row === undefined) {
        row = this.#newRow(key, source.values, start, born);
        this.#rows.set(key, row);
        fresh++;
      }
      row.tick = exact({ packets, bytes });
      row.run = run && exact(run);
      row.seen = this.#clock;
      loudest.offer(row, Number(packets), Number(bytes));
      count++;
    }
    for (const row of this.#rows.values()) {
      const isNew = row.born === born;
      const part = isNew ? 1 : 1 - Math.exp(-elapsed / SMOOTHING);
      this.#age(row, elapsed, part);
    }
    return { count, fresh, loudest: loudest.rows };
  }

  /** Adds the last tick to a row's history; `part` is the weight of its rate in the smoothed one. */
  #age(row: SourceRow, elapsed: number, part: number): void {
    if (row.seen < this.#clock) {
      row.tick = NOTHING;
      // Whoever changes sources all the time must not fill the memory.
      if (row.run === undefined) return this.#remove(row);
    }
    const rate = Number(row.tick.packets) / elapsed;
    this.#histories[row.slot * HISTORY + this.#seq % HISTORY] = rate;
    row.smooth.packets += part * (rate - row.smooth.packets);
    const bytes = Number(row.tick.bytes) / elapsed;
    row.smooth.bytes += part * (bytes - row.smooth.bytes);
  }

  #newRow(
    key: string,
    values: readonly FieldValue[],
    first: Date,
    born: number,
  ): SourceRow {
    const addresses = values.map(countedAddress);
    const source = addresses[this.#sourceAt];
    return {
      key,
      values,
      address: addresses.find((address) => address !== undefined)?.bytes,
      source: source?.bytes,
      network: source && this.#networkOf(source),
      first,
      born,
      tick: NOTHING,
      run: undefined,
      smooth: { packets: 0, bytes: 0 },
      fanOut: NO_FAN_OUT,
      group: undefined,
      slot: this.#newSlot(),
      seen: 0,
      step: NaN,
      place: Infinity,
    };
  }

  #networkOf(
    { bytes, length }: NonNullable<ReturnType<typeof countedAddress>>,
  ): CrowdNetwork | undefined {
    const bits = NETWORK_BITS[bytes.length]!;
    if (length < bits) return undefined;
    const name = networkName(bytes, bits);
    let network = this.#networks.get(name);
    if (network === undefined) {
      network = { size: bytes.length, name, rows: 0, countedBy: undefined };
      this.#networks.set(name, network);
    }
    network.rows++;
    return network;
  }

  #remove({ key, slot, network }: SourceRow): void {
    this.#rows.delete(key);
    this.#freeSlots.push(slot);
    if (network !== undefined && --network.rows === 0) {
      this.#networks.delete(network.name);
    }
  }

  /** Returns a slot, with an empty history. */
  #newSlot(): number {
    const slot = this.#freeSlots.pop() ?? this.#rows.size;
    const end = (slot + 1) * HISTORY;
    if (end > this.#histories.length) {
      this.#histories = grown(this.#histories);
    }
    this.#histories.fill(0, slot * HISTORY, end);
    return slot;
  }

  /** Whether a row had packets in the last `LINGER` seconds. */
  isLive({ seen }: ViewRow): boolean {
    return this.#clock - seen < LINGER;
  }

  [Symbol.iterator](): Iterator<SourceRow> {
    return this.#rows.values();
  }

  /** The last `count` rates of rows together, the newest last; NaN before the first tick. */
  trend(rows: readonly SourceRow[], count: number): number[] {
    return Array.from({ length: count }, (_, at) => {
      const seq = this.#seq - (count - 1 - at);
      if (seq <= 0) return NaN;
      let sum = 0;
      for (const { slot } of rows) {
        sum += this.#histories[slot * HISTORY + seq % HISTORY]!;
      }
      return sum;
    });
  }

  /** A copy that later ticks do not change. */
  copy(): SourceRows {
    const copy = new SourceRows(this.#by);
    copy.#clock = this.#clock;
    copy.#tickStart = this.#tickStart;
    copy.#seq = this.#seq;
    for (const [key, row] of this.#rows) {
      copy.#rows.set(key, { ...row, smooth: { ...row.smooth } });
    }
    copy.#histories = this.#histories.slice();
    return copy;
  }
}

/** A name that no other network has; a flood makes many, so that it has to be quick. */
function networkName(address: Uint8Array, bits: number): number | string {
  const [a, b, c] = address;
  return address.length === 4
    ? (a! * 256 + b!) * 256 + c!
    : address.subarray(0, bits / 8).toHex();
}

/** A time of the clock as the history keeps it, so that equal ones are equal. */
function onMicros(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** The counters of a record as bigints. */
function exact(
  { packets, bytes }: { readonly packets: Count; readonly bytes: Count },
): Tally {
  return { packets: BigInt(packets), bytes: BigInt(bytes) };
}
