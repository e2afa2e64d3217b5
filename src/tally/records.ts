import type { Family } from "../basics/address.ts";
import type { By, Direction } from "../basics/keys.ts";
import type { Books } from "./books.ts";
import type { Source } from "./rank.ts";
import type { ScheduledEnd } from "./schedule.ts";
import type { Count, Tally } from "./source_list.ts";

/** What the records of one interface have in common. */
export interface Origin {
  readonly host: string;
  /** Unique for each run. */
  readonly run: string;
  readonly interface: string;
  /** Of the frames, as the interface sees it. */
  readonly direction: Direction;
  readonly by: By;
}

export interface StartRecord extends Origin {
  readonly type: "start";
  readonly ifindex: number;
  /** How the program is attached: native, generic or tc. */
  readonly mode: string;
  /** As the command line has it. */
  readonly filter: string | undefined;
  readonly version: string;
  readonly start: Date;
  /** Seconds. */
  readonly interval: number;
}

/** A source of a record, and its total in the run so far, if it has a row. */
export interface ShownSource {
  readonly key: string;
  readonly packets: Count;
  readonly bytes: Count;
  readonly run: { readonly packets: Count; readonly bytes: Count } | undefined;
}

/** What some sources add up to, and how many they are. */
export interface SourceSum extends Tally {
  readonly sources: number;
}

/** What ticks and the end have in common: a span of time and its books. */
export interface CountRecord extends Origin {
  readonly type: "tick" | "end";
  readonly start: Date;
  readonly end: Date;
  /** Seconds, time asleep included; exact where the clock was stepped. */
  readonly elapsed: number;
  /** Everything was read, and the books balance. */
  readonly complete: boolean;
  readonly books: Books;
  /** The sources that are shown, in order. */
  readonly sources: Iterable<ShownSource>;
  /** What the sources that are shown add up to, and how many they are. */
  readonly shown: SourceSum;
  /** The same of the sources that are not shown. */
  readonly others: SourceSum;
  /**
   * What the interface says that it received since the start, by its driver's
   * own counters; undefined: it does not say.
   */
  readonly rxCounter: Tally | undefined;
  /** The run up to here, for metrics. */
  readonly snapshot: () => Snapshot;
}

/** One window. */
export interface TickRecord extends CountRecord {
  readonly type: "tick";
  readonly seq: number;
  /** Deadlines that were missed and merged into this tick. */
  readonly skipped: number;
}

export type EndReason =
  | ScheduledEnd
  | "signal"
  | "threshold"
  | "interface-gone"
  | "detached";

/** The whole run. */
export interface EndRecord extends CountRecord {
  readonly type: "end";
  readonly reason: EndReason;
  readonly ticks: number;
}

/** The run so far, as metrics show it: what only ever grows. */
export interface Snapshot extends Origin {
  /** When the last window ended. */
  readonly end: Date;
  readonly ticks: number;
  /** Deadlines that were missed. */
  readonly skipped: number;
  /** Seconds from the end of the last window until all of it was read. */
  readonly reading: number;
  readonly complete: boolean;
  readonly books: Books;
  /** Sources that are kept, by family. */
  readonly kept: Record<Family, number>;
  /** Those with a series of their own. */
  readonly sources: readonly Source[];
  /** All sources that are kept, but for those. */
  readonly others: Tally;
}

/** What a session gives, one after the other. */
export type RunRecord = StartRecord | TickRecord | EndRecord;
