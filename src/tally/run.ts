/** Adds up the windows of one interface, and makes the records of its run. */
import { FAMILIES, type Family } from "../basics/address.ts";
import type { Keying } from "../basics/keys.ts";
import {
  addBooks,
  balances,
  type Books,
  EMPTY_BOOKS,
  sourcesOf,
  withOverflow,
} from "./books.ts";
import {
  type Comparison,
  type Discrepancy,
  discrepancy,
} from "./crosscheck.ts";
import { LabelledSources } from "./labelled_sources.ts";
import { type Limit, rowOver } from "./limit.ts";
import { type Moment, span } from "./moment.ts";
import type { Sort } from "./order.ts";
import { rank, type Source, sourceAt } from "./rank.ts";
import type {
  CountRecord,
  EndReason,
  EndRecord,
  Origin,
  Snapshot,
  TickRecord,
} from "./records.ts";
import { minus, plus, type SourceList, type Tally } from "./source_list.ts";
import { shownAt } from "./shown_source.ts";
import { SourceTable } from "./source_table.ts";

/** What the records of a run show. */
export interface RecordRows {
  readonly sort: Sort;
  /** Rows of a tick record and of the end record; 0: all. */
  readonly top: number;
  readonly endTop: number;
  /** How many sources get a series of their own in metrics; undefined: no metrics. */
  readonly labels?: number | undefined;
}

/** What a run keeps, and what its records show. */
export interface RunOptions extends RecordRows {
  readonly keying: Keying;
  /** Rows of each family's table; later sources are untracked. */
  readonly maxSources: number;
  /** Rows that a table has room for at the start; absent: all. It grows then. */
  readonly firstRows?: number;
}

/** When a window ended, and how it was read. */
interface Closing {
  readonly end: Moment;
  /** When it began; absent: when the window before it ended. */
  readonly start?: Moment | undefined;
  /** Deadlines that were merged into this window. */
  readonly skipped?: number;
  /** What the interface's own counters say of the run, in its direction. */
  readonly ownCounter?: Tally | undefined;
  /** Seconds from the end of the window until it was completely read. */
  readonly reading?: number;
  /** Frames of the window that the kernel kept from the program. */
  readonly missed?: bigint | undefined;
}

/** The sources of a window, by family. */
export type WindowSources = Record<Family, SourceList>;

/**
 * One interface from start to end: windows go in, records come out.
 *
 * @example
 * const run = new Run(origin, options, start);
 * const tick = run.close(window, books, { end }); // a TickRecord
 * const whole = run.end("signal", end); // an EndRecord
 */
export class Run {
  readonly #origin: Origin;
  readonly #options: RunOptions;
  readonly #start: Moment;
  readonly #tables: Record<Family, SourceTable>;
  readonly #labels: LabelledSources | undefined;
  #books: Books = EMPTY_BOOKS;
  #isComplete = true;
  #windowStart: Moment;
  #ticks = 0;
  #skipped = 0;
  #ownCounter: Tally | undefined;
  #reading = 0;
  #missed: bigint | undefined;
  /** Packets a second of the busiest tick. */
  #peak = 0;

  constructor(origin: Origin, options: RunOptions, start: Moment) {
    this.#origin = origin;
    this.#options = options;
    this.#start = start;
    this.#windowStart = start;
    const { maxSources, keying, firstRows } = options;
    this.#tables = {
      ipv4: new SourceTable("ipv4", maxSources, keying, firstRows),
      ipv6: new SourceTable("ipv6", maxSources, keying, firstRows),
    };
    this.#labels = options.labels === undefined
      ? undefined
      : new LabelledSources(options.labels, this.#tables);
  }

  /** Whether everything was read so far, and every window balanced. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether some sources have no table entry: their packets are untracked. */
  get isFull(): boolean {
    return this.#books.untracked.full > 0n;
  }

  /** Frames that the kernel kept from the program so far. */
  get missed(): bigint {
    return this.#missed ?? 0n;
  }

  /** Whether packets came on a CPU that was added since the start: they are untracked. */
  get hasNewCpu(): boolean {
    return this.#books.untracked.noMemory > 0n;
  }

  /** Call when counts were lost: they could not be read, and cannot be read later. */
  markIncomplete(): void {
    this.#isComplete = false;
  }

  /**
   * Adds a window to the run.
   *
   * @returns its record, which reads `window` and is valid until that changes
   */
  close(
    window: WindowSources,
    books: Books,
    { start, end, skipped = 0, ownCounter, reading = 0, missed }: Closing,
  ): TickRecord {
    const lists = FAMILIES.map((family) => window[family]);
    const sum = sumOf(lists);
    const complete = balances(books, sum) && !missed;
    this.#isComplete &&= complete;

    const overflow = FAMILIES
      .map((family) => this.#tables[family].add(window[family]))
      .reduce(plus);
    this.#books = withOverflow(addBooks(this.#books, books), overflow);
    this.#labels?.take(window);
    this.#skipped += skipped;
    this.#ownCounter = ownCounter;
    this.#reading = reading;
    if (missed !== undefined) this.#missed = (this.#missed ?? 0n) + missed;

    const times = span(start ?? this.#windowStart, end);
    this.#peak = Math.max(
      this.#peak,
      Number(books.total.packets) / times.elapsed,
    );
    const record = {
      type: "tick" as const,
      ...this.#origin,
      seq: ++this.#ticks,
      skipped,
      complete,
      books,
      ownCounter,
      missed,
      ...times,
      ...this.#shown(lists, this.#options.top, sum),
    };
    this.#windowStart = end;
    return record;
  }

  /**
   * The source that exceeds a limit: by its rate in `window`, or by its bytes
   * in the run. Undefined: none does.
   *
   * @param seconds length of the window
   */
  sourceOver(
    limit: Limit,
    window: WindowSources,
    seconds: number,
  ): Source | undefined {
    const lists = limit.unit === "pps" ? window : this.#tables;
    for (const family of FAMILIES) {
      const row = rowOver(lists[family], limit, seconds);
      if (row !== undefined) return sourceAt({ list: lists[family], row });
    }
    return undefined;
  }

  /** Total and interface counter, if they differ too much; see crosscheck.ts. */
  discrepancy(comparison: Comparison): Discrepancy | undefined {
    if (this.#ownCounter === undefined) return undefined;
    const { packets } = this.#books.total;
    const own = this.#ownCounter.packets;
    return discrepancy(packets, own, this.#peak, comparison);
  }

  /** Makes the record of the whole run. @param top its rows, 0 for all */
  end(
    reason: EndReason,
    end: Moment,
    top = this.#options.endTop,
  ): EndRecord {
    const lists = FAMILIES.map((family) => this.#tables[family]);
    const sum = sumOf(lists);
    this.#isComplete &&= balances(this.#books, sum);
    return {
      type: "end",
      ...this.#origin,
      reason,
      ticks: this.#ticks,
      complete: this.#isComplete,
      books: this.#books,
      ownCounter: this.#ownCounter,
      missed: this.#missed,
      ...span(this.#start, end),
      ...this.#shown(lists, top, sum),
    };
  }

  #shown(
    lists: readonly SourceList[],
    top: number,
    sum: Tally,
  ): Pick<CountRecord, "sources" | "shown" | "others" | "snapshot"> {
    const { places, shown, others } = rank(
      lists,
      this.#options.sort,
      top,
      sum,
    );
    const tables = this.#tables;
    // A generator: with a million rows, an array of sources would cost memory.
    const sources = {
      *[Symbol.iterator]() {
        for (const place of places) {
          yield shownAt(place, tables[place.list.family]);
        }
      },
    };
    return { sources, shown, others, snapshot: () => this.#snapshot() };
  }

  #snapshot(): Snapshot {
    const sources = this.#labels?.sources ?? [];
    return {
      ...this.#origin,
      end: new Date(this.#windowStart.wall),
      ticks: this.#ticks,
      skipped: this.#skipped,
      reading: this.#reading,
      complete: this.#isComplete,
      missed: this.#missed,
      books: this.#books,
      kept: { ipv4: this.#tables.ipv4.length, ipv6: this.#tables.ipv6.length },
      sources,
      others: sources.reduce<Tally>(minus, sourcesOf(this.#books)),
    };
  }
}

/** The counters of all rows of all lists. */
function sumOf(lists: readonly SourceList[]): Tally {
  return lists.map((list) => list.sum()).reduce(plus);
}
