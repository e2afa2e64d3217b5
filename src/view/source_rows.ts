import type { TickRecord } from "../tally/records.ts";
import { type Count, NOTHING, type Tally } from "../tally/source_list.ts";
import { parseAddress } from "../basics/address.ts";
import { grown } from "../basics/growing_array.ts";

/** Ticks that a row's sparkline goes back. */
export const HISTORY = 32;
/** Seconds that a source that sends nothing any more keeps its row. */
const LINGER = 10;
/** Seconds in which the rate that rows are ordered by follows the real one. */
const SMOOTHING = 4;

/** A source, as a row shows it. */
export interface SourceRow {
  readonly ip: string;
  /** The bytes of its address. */
  readonly address: Uint8Array;
  /** The start of the first tick that it was in. */
  readonly first: Date;
  /** The same in seconds of the view's clock. */
  readonly born: number;
  /** What it sent in the last tick. */
  tick: Tally;
  /** What it sent in the run; undefined: --max-sources came before it. */
  run: Tally | undefined;
  /** Its rate a second, smoothed: what the order follows. */
  readonly smooth: { packets: number; bytes: number };
  /** Which of the histories is its own. */
  readonly slot: number;
  /** When it sent last, in seconds of the view's clock. */
  seen: number;
  /** Where ranking.ts has it. */
  step: number;
  place: number;
}

/** The sources of a run with what each did of late. */
export class SourceRows {
  #rows = new Map<string, SourceRow>();
  /** Packets a second of the last ticks: tick n is at n modulo `HISTORY` of a slot. */
  #histories = new Float32Array(64 * HISTORY);
  #freeSlots: number[] = [];
  /** Seconds that were counted. */
  #clock = 0;
  #seq = 0;

  get clock(): number {
    return this.#clock;
  }

  /**
   * Takes a tick in; all other rows sent nothing in it.
   *
   * @returns how many sources the tick has
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

  /** Enters the last tick; `part` is how far the smoothed rate follows it. */
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

  /** A slot with an empty history. */
  #newSlot(): number {
    const slot = this.#freeSlots.pop() ?? this.#rows.size;
    const end = (slot + 1) * HISTORY;
    if (end > this.#histories.length) {
      this.#histories = grown(this.#histories);
    }
    this.#histories.fill(0, slot * HISTORY, end);
    return slot;
  }

  /** Whether a row sent something, or did a moment ago. */
  isLive(row: SourceRow): boolean {
    return this.#clock - row.seen < LINGER;
  }

  [Symbol.iterator](): Iterator<SourceRow> {
    return this.#rows.values();
  }

  /** The last `count` values of a row's history, the newest last. */
  trend({ slot }: SourceRow, count: number): number[] {
    return Array.from({ length: count }, (_, at) => {
      const seq = this.#seq - (count - 1 - at);
      return seq > 0 ? this.#histories[slot * HISTORY + seq % HISTORY]! : NaN;
    });
  }

  /** The rows as they are now; taking ticks does not change the copy. */
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

/** What a record shows as a number where it is one, always as a bigint. */
function exact(
  { packets, bytes }: { readonly packets: Count; readonly bytes: Count },
): Tally {
  return { packets: BigInt(packets), bytes: BigInt(bytes) };
}
