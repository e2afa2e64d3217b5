/** Holds what the view shows of one direction of an interface. */
import { type Books, EMPTY_BOOKS, sourcesOf } from "../tally/books.ts";
import type {
  EndReason,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import {
  minus,
  NOTHING,
  plus,
  type SourceSum,
  type Tally,
} from "../tally/source_list.ts";
import type { GroupedRows } from "./grouped_rows.ts";
import { History, type TickBooks } from "./history.ts";
import type { Scope } from "./row_order.ts";
import { HISTORY, SourceRows } from "./source_rows.ts";
import { peaksBySpan, type RateTick } from "./spans.ts";

/** Seconds that the sparkline of the total covers at most. */
const TIMELINE = 600;

const NO_REST: SourceSum = { sources: 0, ...NOTHING };

/** The name of a pane: `eth0`, or `eth0 out`. */
export function paneName(
  { interface: name, direction }: Pick<Origin, "interface" | "direction">,
): string {
  return direction === "in" ? name : `${name} out`;
}

/** The state of one direction of an interface: its sources, its last tick and its recent rates. */
export class Pane {
  readonly start: StartRecord;
  #rows: SourceRows;
  #timeline: RateTick[] = [];
  #history: History;
  /** When the run began, in seconds of the pane's clock. */
  #runClock: number;
  /** The last tick. */
  last: TickBooks | undefined;
  /** Number of rows in the last tick. */
  sources = 0;
  /** Rows that the last tick was the first to have. */
  fresh = 0;
  /** The rows of the grouping that is shown, if they are not those that are counted. */
  grouped: GroupedRows | undefined;
  /** The books of the run; sources without a row in its tables are untracked. */
  runBooks: Books = EMPTY_BOOKS;
  /** Frames of the run that the kernel kept from the program; undefined: it may keep none. */
  missed: bigint | undefined;
  /** Whether all was read so far, and every window balanced. */
  isComplete = true;
  /** What is in no row: of a tick that is over, only some rows were kept. */
  rest: Readonly<Record<Scope, SourceSum>> = { tick: NO_REST, run: NO_REST };
  /** Ticks whose books did not balance. */
  unbalanced = 0;
  /** Deadlines that were missed. */
  skipped = 0;
  /** Packets per second of the busiest tick. */
  peak = 0;
  /** Why the run ended; undefined: it has not. */
  ended: EndReason | undefined;

  /** @param before the run before, whose ticks stay in the history */
  constructor(start: StartRecord, before?: Pane) {
    this.start = start;
    this.#history = before?.history ?? new History();
    this.#runClock = this.#history.clock;
    this.#rows = new SourceRows(start.by);
  }

  /** The rows as they are counted. */
  get rows(): SourceRows {
    return this.#rows;
  }

  /** The ticks up to here that are kept. */
  get history(): History {
    return this.#history;
  }

  /** The number of the last tick in the history; before a run's first tick the next one. */
  get position(): number {
    return this.#history.last + (this.last === undefined ? 1 : 0);
  }

  /** Seconds counted so far, in all runs. */
  get clock(): number {
    return this.#runClock + this.#rows.clock;
  }

  /** Takes a tick; its record must still be valid. */
  take(record: TickRecord): void {
    const { count, fresh, loudest } = this.#rows.take(record);
    this.sources = count;
    this.fresh = fresh;
    const { sources: _, snapshot: __, ...last } = record;
    this.last = last;
    const snapshot = record.snapshot();
    this.runBooks = snapshot.books;
    this.isComplete = snapshot.complete;
    this.missed = snapshot.missed;
    if (!record.complete) this.unbalanced++;
    this.skipped += record.skipped;
    const { elapsed } = record;
    const rate = Number(record.books.total.packets) / elapsed;
    if (Number.isFinite(rate)) this.peak = Math.max(this.peak, rate);
    const end = this.#rows.clock;
    this.#timeline.push({ end, elapsed, rate });
    while (end - this.#timeline[0]!.end > TIMELINE) this.#timeline.shift();
    const { runBooks, missed, isComplete, unbalanced, skipped } = this;
    const counts = { fresh, unbalanced, skipped };
    const clocks = { clock: this.clock, runClock: this.#runClock };
    const books = { start: this.start, last, runBooks, missed, isComplete };
    this.#history.take({ ...books, ...counts, ...clocks }, loudest);
  }

  /**
   * The highest rate in each of the last `count` spans of `seconds`, the newest
   * last; NaN before the first tick. Spans start at multiples of `seconds`, so
   * that past values do not change.
   */
  timeline(count: number, seconds: number): number[] {
    return peaksBySpan(this.#timeline, this.#rows.clock, count, seconds);
  }

  /** The pane as it was after a tick of the history; undefined: that is not kept. */
  past(number: number): Pane | undefined {
    const ticks = this.#history.until(number, HISTORY);
    const tick = ticks.at(-1);
    if (tick === undefined) return undefined;
    const { start, rows, rest, clock, runClock, ...state } = tick;
    const past = Object.assign(new Pane(start), {
      ...state,
      peak: this.peak,
      ended: this.ended,
      sources: rows.length + rest.sources,
      rest: { tick: rest, run: restOfRun(state.runBooks, rows) },
    });
    past.#rows = SourceRows.ofPast(
      start.by,
      ticks.filter((tick) => tick.start === start),
    );
    past.#history = this.#history;
    past.#runClock = runClock;
    past.#timeline = this.#history.moments(number)
      .filter((moment) => moment.clock > clock - TIMELINE)
      .map(({ last: { elapsed, books }, clock }) => ({
        end: clock - runClock,
        elapsed,
        rate: Number(books.total.packets) / elapsed,
      }));
    return past;
  }

  /** A copy that later ticks do not change. */
  copy(): Pane {
    const copy = Object.assign(new Pane(this.start), this);
    copy.#rows = this.#rows.copy();
    copy.#timeline = [...this.#timeline];
    copy.#history = this.#history.copy();
    copy.#runClock = this.#runClock;
    return copy;
  }
}

/** What a run had besides some rows; nobody knows of how many sources. */
function restOfRun(
  books: Books,
  rows: readonly { readonly run: Tally | undefined }[],
): SourceSum {
  const sum = rows.map(({ run }) => run ?? NOTHING).reduce(plus, NOTHING);
  return { sources: 0, ...minus(sourcesOf(books), sum) };
}
