/** Records: what a run reports to the sinks at its start, at each tick and at its end. */
import type { Family } from "../basics/address.ts";
import type { Direction, FieldName, FieldValue } from "../basics/keys.ts";
import type { Names } from "../names/names.ts";
import type { Books } from "./books.ts";
import type { Source } from "./rank.ts";
import type { ScheduledEnd } from "./schedule.ts";
import type { Count, SourceSum, Tally } from "./source_list.ts";

/** Where the records of a run come from. */
export interface Origin {
  readonly host: string;
  /** An identifier that is unique to each run. */
  readonly run: string;
  readonly interface: string;
  /** Whether frames were counted on their way in or out. */
  readonly direction: Direction;
  /** What its rows stand for. */
  readonly by: readonly FieldName[];
  /** Packets inside tunnels are counted: those over UDP by these ports. */
  readonly inner?: string | undefined;
  /** What is known of the addresses of rows; undefined: that was not asked for. */
  readonly names?: Names | undefined;
}

/** An XDP program: as much of it as was to be known. */
interface HolderRecord {
  readonly id: number;
  readonly name?: string;
  /** Of the process that held it. */
  readonly pid?: number;
}

/** Begins a run. */
export interface StartRecord extends Origin {
  readonly type: "start";
  readonly ifindex: number;
  /** How the program is attached: native, generic or tc; or file, which it is not. */
  readonly mode: string;
  /** Why this mode was chosen; undefined: the command line named it. Of a file its link type. */
  readonly modeReason?: string | undefined;
  /** The XDP program that was there already. */
  readonly holder?: HolderRecord | undefined;
  /** As given on the command line. */
  readonly filter: string | undefined;
  readonly version: string;
  readonly start: Date;
  /** Seconds between ticks. */
  readonly interval: number;
}

/** A source of a record, and its total in the run so far; undefined: the table of the run was full. */
export interface ShownSource {
  /** For people: `10.0.0.1,tcp,443`. */
  readonly key: string;
  /** Those of `by`, in its order. */
  readonly values: readonly FieldValue[];
  readonly packets: Count;
  readonly bytes: Count;
  readonly run: { readonly packets: Count; readonly bytes: Count } | undefined;
}

/** What tick and end records share: a span of time and its books. */
export interface CountRecord extends Origin {
  readonly type: "tick" | "end";
  readonly start: Date;
  readonly end: Date;
  /** Seconds of CLOCK_BOOTTIME: includes suspend, unaffected by clock steps. */
  readonly elapsed: number;
  /** Whether everything was read and the books balance. */
  readonly complete: boolean;
  readonly books: Books;
  /** The sources that are shown, in order; valid until the next record. */
  readonly sources: Iterable<ShownSource>;
  /** The sum of the sources that are shown. */
  readonly shown: SourceSum;
  /** The sum of the sources that are not shown. */
  readonly others: SourceSum;
  /**
   * What the interface's own counters say it has received, or sent, since the
   * start; undefined: it has none.
   */
  readonly ownCounter: Tally | undefined;
  /** Frames that the kernel kept from the program; undefined: it may keep none. */
  readonly missed?: bigint | undefined;
  /** Returns the run up to here, for metrics. */
  readonly snapshot: () => Snapshot;
}

/** One window, from the tick before to this one. */
export interface TickRecord extends CountRecord {
  readonly type: "tick";
  /** Counts from 1. */
  readonly seq: number;
  /** Deadlines that were missed and merged into this tick. */
  readonly skipped: number;
}

/** Why a run ended. */
export type EndReason =
  | ScheduledEnd
  | "signal"
  | "threshold"
  | "interface-gone"
  | "detached"
  | "end of file" // of a capture of packets
  | "holder-gone"
  | "recount" // it goes on as another run, with another key
  | "so far" // of a summary or an export of top, while the run goes on
  | "screen"; // of what a screen of top showed: a run with one tick

/** The whole run. */
export interface EndRecord extends CountRecord {
  readonly type: "end";
  readonly reason: EndReason;
  readonly ticks: number;
}

/** The run so far, for metrics. Counters in it never fall. */
export interface Snapshot extends Origin {
  /** When the last window ended. */
  readonly end: Date;
  readonly ticks: number;
  /** Deadlines that were missed. */
  readonly skipped: number;
  /** Seconds from the end of the last window until it was completely read. */
  readonly reading: number;
  readonly complete: boolean;
  readonly missed?: bigint | undefined;
  readonly books: Books;
  /** Sources with a row, by family. */
  readonly kept: Record<Family, number>;
  /** The sources with a series of their own. */
  readonly sources: readonly Source[];
  /** The sum of all other sources. */
  readonly others: Tally;
}

/** The records of a session, in their order. */
export type RunRecord = StartRecord | TickRecord | EndRecord;
