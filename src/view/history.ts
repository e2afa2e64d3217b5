/** Keeps what the table showed in the last hour, in a bounded amount of memory. */
import type { Books } from "../tally/books.ts";
import type { StartRecord, TickRecord } from "../tally/records.ts";
import {
  minus,
  NOTHING,
  plus,
  type SourceSum,
  type Tally,
} from "../tally/source_list.ts";

/** Rows that are kept of a tick. */
export const KEPT_ROWS = 100;
/** Seconds that are kept. */
const LENGTH = 3600;
/** Bounds for short intervals: an hour has as many at one second. */
const MOST_ROWS = LENGTH * KEPT_ROWS, MOST_TICKS = 2 * LENGTH;

/** A tick without its sources, which are valid only until the next record. */
export type TickBooks = Omit<TickRecord, "sources" | "snapshot">;

/** A row of a tick that is over. */
export interface PastRow {
  readonly key: string;
  readonly tick: Tally;
  /** The run's up to then; undefined: its table had no room. */
  readonly run: Tally | undefined;
  /** The start of the first tick that had it, also in seconds of the run. */
  readonly first: Date;
  readonly born: number;
}

/** When a tick was, and what the pane said of it and of the run up to then; see pane.ts. */
interface PastMoment {
  /** Of the run that it was of. */
  readonly start: StartRecord;
  readonly last: TickBooks;
  readonly runBooks: Books;
  readonly missed: bigint | undefined;
  readonly isComplete: boolean;
  readonly fresh: number;
  readonly unbalanced: number;
  readonly skipped: number;
  /** When it ended, in seconds of the pane's clock, and when its run began. */
  readonly clock: number;
  readonly runClock: number;
}

/** A tick that is over: `rows` and `rest` are all that it had. */
export interface PastTick extends PastMoment {
  readonly rows: readonly PastRow[];
  /** The sum of the sources that were not kept. */
  readonly rest: SourceSum;
}

/** A kept tick; its rows as a text and an array take a tenth of the memory of objects. */
interface Kept extends Omit<PastTick, "rows"> {
  /** The keys, each with a line break on both sides. */
  readonly keys: string;
  /** `COUNTERS` numbers a row: packets, bytes, those of the run, `first` and `born`. */
  readonly counters: BigUint64Array;
}

const COUNTERS = 6;
/** Of a second, in which `born` is kept. */
const MICRO = 1e6;
/** In the place of packets of a run whose table had no room. */
const NO_ROW = 2n ** 64n - 1n;

/**
 * The ticks of one interface, of all its runs, numbered from 1.
 *
 * @example
 * const history = new History();
 * history.take({ start, last, ...moment }, rows);
 * history.until(history.last, 1)[0]?.rest.packets;
 */
export class History {
  #ticks: Kept[] = [];
  #rows = 0;
  #last = 0;

  /** Number of the oldest tick that is kept. */
  get first(): number {
    return this.#last - this.#ticks.length + 1;
  }

  /** Number of the newest one; 0: there is none. */
  get last(): number {
    return this.#last;
  }

  /** When the newest one ended, in seconds of the pane's clock. */
  get clock(): number {
    return this.#ticks.at(-1)?.clock ?? 0;
  }

  /**
   * Keeps a tick, the next one.
   *
   * @param rows at most `KEPT_ROWS` of its rows
   */
  take(tick: PastMoment, rows: Iterable<PastRow>): void {
    const { shown, others } = tick.last;
    const kept = [...rows];
    const sum = kept.map((row) => row.tick).reduce(plus, NOTHING);
    const rest = {
      sources: shown.sources + others.sources - kept.length,
      ...minus(plus(shown, others), sum),
    };
    const counters = BigUint64Array.from(kept.flatMap(countersOf));
    const keys = `\n${kept.map(({ key }) => `${key}\n`).join("")}`;
    this.#ticks.push({ ...tick, rest, keys, counters });
    this.#last++;
    this.#rows += kept.length;
    this.#forget(tick.clock - LENGTH);
  }

  #forget(before: number): void {
    let count = 0;
    while (
      this.#ticks.length - count > MOST_TICKS || this.#rows > MOST_ROWS ||
      this.#ticks[count]!.clock <= before
    ) this.#rows -= this.#ticks[count++]!.counters.length / COUNTERS;
    this.#ticks.splice(0, count);
  }

  /**
   * The number of the next tick, or of the one before, that ended at least so many
   * seconds later, or earlier; the newest or the oldest one if there is none.
   */
  step(number: number, direction: 1 | -1, seconds: number): number {
    const ticks = this.#ticks;
    const from = number - this.first;
    const clock = ticks[from]?.clock ?? (from < 0 ? 0 : this.clock);
    let to = from + direction;
    while (Math.abs((ticks[to]?.clock ?? NaN) - clock) < seconds) {
      to += direction;
    }
    return this.first + Math.max(0, Math.min(to, ticks.length - 1));
  }

  /** The last `count` ticks up to one, the oldest first; none if it is not kept. */
  until(number: number, count: number): PastTick[] {
    const end = number - this.first + 1;
    if (!(end > 0 && end <= this.#ticks.length)) return [];
    return this.#ticks.slice(Math.max(0, end - count), end)
      .map(unpacked);
  }

  /** All ticks up to one, without their rows, the oldest first. */
  moments(number: number): readonly PastMoment[] {
    return this.#ticks.slice(0, Math.max(0, number - this.first + 1));
  }

  /** The ticks of a run, the oldest first. */
  *ticksOf(start: StartRecord): Generator<PastTick> {
    for (const kept of this.#ticks) {
      if (kept.start === start) yield unpacked(kept);
    }
  }

  /**
   * What the keys that `matches` accepts had in each tick of a run, the oldest first;
   * undefined: one of them may be in the rest, and have had something.
   *
   * @param isOne whether it accepts just one key
   */
  *of(
    start: StartRecord,
    matches: (key: string) => boolean,
    isOne: boolean,
  ): Generator<[tick: PastMoment, sum: Tally | undefined]> {
    for (const kept of this.#ticks) {
      if (kept.start !== start) continue;
      const { keys, counters, rest } = kept;
      const found = keys.split("\n").flatMap((key, line) =>
        key !== "" && matches(key) ? [tickAt(counters, line - 1)] : []
      );
      const isAll = rest.packets === 0n || isOne && found.length === 1;
      yield [kept, isAll ? found.reduce(plus, NOTHING) : undefined];
    }
  }

  /** A copy that later ticks do not change. */
  copy(): History {
    const copy = new History();
    copy.#ticks = [...this.#ticks];
    copy.#rows = this.#rows;
    copy.#last = this.#last;
    return copy;
  }
}

function countersOf({ tick, run, first, born }: PastRow): bigint[] {
  return [
    tick.packets,
    tick.bytes,
    run?.packets ?? NO_ROW,
    run?.bytes ?? NO_ROW,
    BigInt(first.getTime()),
    BigInt(Math.round(born * MICRO)),
  ];
}

function unpacked({ keys, counters, ...tick }: Kept): PastTick {
  const rows = keys.split("\n").slice(1, -1).map((key, row) => {
    const [packets, bytes, first, born] = [2, 3, 4, 5]
      .map((counter) => counters[row * COUNTERS + counter]!);
    return {
      key,
      tick: tickAt(counters, row),
      run: packets === NO_ROW
        ? undefined
        : { packets: packets!, bytes: bytes! },
      first: new Date(Number(first)),
      born: Number(born) / MICRO,
    };
  });
  return { ...tick, rows };
}

function tickAt(counters: BigUint64Array, row: number): Tally {
  const at = row * COUNTERS;
  return { packets: counters[at]!, bytes: counters[at + 1]! };
}
