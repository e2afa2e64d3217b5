/** Holds what the view shows of one direction of an interface. */
import { type Books, EMPTY_BOOKS } from "../tally/books.ts";
import type {
  EndReason,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import type { GroupedRows } from "./grouped_rows.ts";
import { SourceRows } from "./source_rows.ts";

/** Seconds that the sparkline of the total covers at most. */
const TIMELINE = 600;

/** A tick in the timeline. */
interface TimelineTick {
  /** Seconds of the view's clock, see `SourceRows.clock`. */
  readonly end: number;
  /** Seconds. */
  readonly elapsed: number;
  /** Packets per second. */
  readonly rate: number;
}

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
  #timeline: TimelineTick[] = [];
  /** The last tick, without its sources, which are valid only during `take`. */
  last: Omit<TickRecord, "sources" | "snapshot"> | undefined;
  /** Number of rows in the last tick. */
  sources = 0;
  /** Rows that the last tick was the first to have. */
  fresh = 0;
  /** The rows of the grouping that is shown, if they are not those that are counted. */
  grouped: GroupedRows | undefined;
  /** The books of the run; sources without a row in its tables are untracked. */
  runBooks: Books = EMPTY_BOOKS;
  /** Ticks whose books did not balance. */
  unbalanced = 0;
  /** Deadlines that were missed. */
  skipped = 0;
  /** Packets per second of the busiest tick. */
  peak = 0;
  /** Why the run ended; undefined: it has not. */
  ended: EndReason | undefined;

  constructor(start: StartRecord) {
    this.start = start;
    this.#rows = new SourceRows(start.by);
  }

  /** The rows as they are counted. */
  get rows(): SourceRows {
    return this.#rows;
  }

  /** Takes a tick; its record must still be valid. */
  take(record: TickRecord): void {
    const { count, fresh } = this.#rows.take(record);
    this.sources = count;
    this.fresh = fresh;
    const { sources: _, snapshot: __, ...last } = record;
    this.last = last;
    this.runBooks = record.snapshot().books;
    if (!record.complete) this.unbalanced++;
    this.skipped += record.skipped;
    const { elapsed } = record;
    const rate = Number(record.books.total.packets) / elapsed;
    if (Number.isFinite(rate)) this.peak = Math.max(this.peak, rate);
    const end = this.#rows.clock;
    this.#timeline.push({ end, elapsed, rate });
    while (end - this.#timeline[0]!.end > TIMELINE) this.#timeline.shift();
  }

  /**
   * The highest rate in each of the last `count` spans of `seconds`, the newest
   * last; NaN before the first tick. Spans start at multiples of `seconds`, so
   * that past values do not change.
   */
  timeline(count: number, seconds: number): number[] {
    const now = Math.floor(this.#rows.clock / seconds);
    const peaks: number[] = Array(count).fill(NaN);
    for (const { end, elapsed, rate } of this.#timeline) {
      const from = Math.floor((end - elapsed) / seconds);
      for (let span = from; span * seconds < end; span++) {
        const at = count - 1 - (now - span);
        if (at >= 0 && at < count) {
          peaks[at] = Number.isNaN(peaks[at])
            ? rate
            : Math.max(peaks[at]!, rate);
        }
      }
    }
    return peaks;
  }

  /** A copy that later ticks do not change. */
  copy(): Pane {
    const copy = Object.assign(new Pane(this.start), this);
    copy.#rows = this.#rows.copy();
    copy.#timeline = [...this.#timeline];
    return copy;
  }
}
