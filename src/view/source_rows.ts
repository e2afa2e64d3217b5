/** Holds the sources that `top` shows, with their recent rates. */
import type { TickRecord } from "../tally/records.ts";
import { type Count, NOTHING, type Tally } from "../tally/source_list.ts";
import { parseAddress } from "../basics/address.ts";
import { grown } from "../basics/growing_array.ts";

/** Ticks in a row's sparkline. */
export const HISTORY = 32;
/** Seconds that a row stays visible after its source has stopped. */
const LINGER = 10;
/** Time constant, in seconds, of the smoothed rate that rows are ordered by. */
const SMOOTHING = 4;

/** A source as a row of the table. */
export interface SourceRow {
  readonly ip: string;
  /** The bytes of its address. */
  readonly address: Uint8Array;
  /** The start of the first tick that it was in. */
  readonly first: Date;
  /** The same time in seconds of the view's clock. */
  readonly born: number;
  /** What it sent in the last tick. */
  tick: Tally;
  /** What it sent in the run; undefined: it came after `--max-sources` others. */
  run: Tally | undefined;
  /** Smoothed rates per second, by which rows are ordered. */
  readonly smooth: { packets: number; bytes: number };
  /** The index of its history. */
  readonly slot: number;
  /** When it sent last, in seconds of the view's clock. */
  seen: number;
  /** Its position in the order, kept by row_order.ts. */
  step: number;
  place: number;
}

/** The sources of a run, each with its rates of the last ticks. */
export class SourceRows {
  #rows = new Map<string, SourceRow>();
  /** Packets per second of the last ticks: in each slot, tick n is at n modulo `HISTORY`. */
  #histories = new Float32Array(64 * HISTORY);
  #freeSlots: number[] = [];
  /** Sum of the lengths of all ticks, in seconds. */
  #clock = 0;
  #seq = 0;

  /** The view's clock: seconds counted so far. */
  get clock(): number {
    return this.#clock;
  }

  /**
   * Takes a tick; rows that are not in it sent nothing.
   *
   * @returns the number of sources in the tick
   */
  take({ seq, start, elapsed, sources }: TickRecord): number {
    const born = this.#clock;
    this.#clock += elapsed;
    this.#seq = seq;
    let count = 0;
    for (const { key: ip, packets, bytes, run } of sources) {
      let row = this.#rows.get(ip);
      if (row === undefined) {
        row = newRow(ip, start, born, this.#newSlot());
        this.#rows.set(ip, row);
      }
      row.tick = exact({ packets, bytes });
      row.run = run && exact(run);
      row.seen = this.#clock;
      count++;
    }
    for (const row of this.#rows.values()) {
      const isNew = row.born === born;
      const part = isNew ? 1 : 1 - Math.exp(-elapsed / SMOOTHING);
      this.#age(row, elapsed, part);
    }
    return count;
  }

  /** Adds the last tick to a row's history; `part` is the weight of its rate in the smoothed one. */
  #age(row: SourceRow, elapsed: number, part: number): void {
    if (row.seen < this.#clock) {
      row.tick = NOTHING;
      if (row.run === undefined && !this.isLive(row)) {
        this.#rows.delete(row.ip);
        this.#freeSlots.push(row.slot);
        return;
      }
    }
    const rate = Number(row.tick.packets) / elapsed;
    this.#histories[row.slot * HISTORY + this.#seq % HISTORY] = rate;
    row.smooth.packets += part * (rate - row.smooth.packets);
    const bytes = Number(row.tick.bytes) / elapsed;
    row.smooth.bytes += part * (bytes - row.smooth.bytes);
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

  /** Whether a source sent something in the last `LINGER` seconds. */
  isLive(row: SourceRow): boolean {
    return this.#clock - row.seen < LINGER;
  }

  [Symbol.iterator](): Iterator<SourceRow> {
    return this.#rows.values();
  }

  /** The last `count` rates of a row, the newest last; NaN before the first tick. */
  trend({ slot }: SourceRow, count: number): number[] {
    return Array.from({ length: count }, (_, at) => {
      const seq = this.#seq - (count - 1 - at);
      return seq > 0 ? this.#histories[slot * HISTORY + seq % HISTORY]! : NaN;
    });
  }

  /** A copy that later ticks do not change. */
  copy(): SourceRows {
    const copy = new SourceRows();
    copy.#clock = this.#clock;
    copy.#seq = this.#seq;
    for (const [ip, row] of this.#rows) {
      copy.#rows.set(ip, { ...row, smooth: { ...row.smooth } });
    }
    copy.#histories = this.#histories.slice();
    return copy;
  }
}

function newRow(
  ip: string,
  first: Date,
  born: number,
  slot: number,
): SourceRow {
  return {
    ip,
    address: parseAddress(ip)!,
    first,
    born,
    tick: NOTHING,
    run: undefined,
    smooth: { packets: 0, bytes: 0 },
    slot,
    seen: 0,
    step: NaN,
    place: Infinity,
  };
}

/** The counters of a record as bigints. */
function exact(
  { packets, bytes }: { readonly packets: Count; readonly bytes: Count },
): Tally {
  return { packets: BigInt(packets), bytes: BigInt(bytes) };
}
