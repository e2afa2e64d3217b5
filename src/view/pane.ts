import { type Books, EMPTY_BOOKS } from "../tally/books.ts";
import type { EndReason, StartRecord, TickRecord } from "../tally/records.ts";
import { SourceRows } from "./source_rows.ts";

/** Seconds that the sparkline of the total goes back at most. */
const TIMELINE = 600;

/** A tick of the timeline: when it ended in seconds of the view's clock, … */
interface Beat {
  readonly end: number;
  readonly elapsed: number;
  /** Packets a second. */
  readonly rate: number;
}

/** What the view knows of one interface. */
export class Pane {
  readonly start: StartRecord;
  #rows = new SourceRows();
  #timeline: Beat[] = [];
  /** The last tick, without its sources, which are no longer to be had. */
  last: Omit<TickRecord, "sources" | "snapshot"> | undefined;
  /** Sources of the last tick. */
  sources = 0;
  /** Those of the run: also what had no room in its table is untracked. */
  books: Books = EMPTY_BOOKS;
  /** Ticks that did not balance. */
  unbalanced = 0;
  /** Deadlines that were missed. */
  skipped = 0;
  /** The most packets a second of a tick. */
  peak = 0;
  /** Why it is over, if it is. */
  ended: EndReason | undefined;

  constructor(start: StartRecord) {
    this.start = start;
  }

  get rows(): SourceRows {
    return this.#rows;
  }

  /** Takes a tick in, while its record is good. */
  take(record: TickRecord): void {
    this.sources = this.#rows.take(record);
    const { sources: _, snapshot: __, ...last } = record;
    this.last = last;
    this.books = record.snapshot().books;
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
   * last; NaN where nothing was counted yet. Spans begin at multiples of
   * `seconds`, so that what is past stays as it is.
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

  /** The pane as it is now; what comes does not change the copy. */
  copy(): Pane {
    const copy = Object.assign(new Pane(this.start), this);
    copy.#rows = this.#rows.copy();
    copy.#timeline = [...this.#timeline];
    return copy;
  }
}
