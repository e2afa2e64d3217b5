/** The options of a session, in groups: a part of the engine gets the group it needs. */
import type { Direction, Keying } from "../basics/keys.ts";
import type { NetworkFilter } from "../basics/network_filter.ts";
import type { Hook, Mode } from "../hooks/hook.ts";
import type { Names } from "../names/names.ts";
import type { Limit } from "../tally/limit.ts";
import type { RecordRows } from "../tally/run.ts";

/** What is counted: where, which sources, by which key. */
export interface Counting {
  readonly keying: Keying;
  /** Undefined: every source is kept. */
  readonly filter: NetworkFilter | undefined;
  readonly directions: readonly Direction[];
  /** Undefined: it is chosen for each interface, see hooks/choice.ts. */
  readonly hook: Hook | undefined;
  readonly mode: Mode;
  /** Sources kept for each family and interface. */
  readonly maxSources: number;
}

/** When ticks happen, and when the session ends. Times are in milliseconds. */
export interface Timing {
  readonly interval: number;
  readonly count?: number | undefined;
  readonly duration?: number | undefined;
  /** The first deadline is the wall clock's next multiple of the interval. */
  readonly isAligned?: boolean;
}

/** What the session waits for before it counts. Times are in milliseconds. */
interface Waiting {
  /** Wait for a random time, up to this. */
  readonly splay?: number;
  /** Wait up to this for an interface with another XDP program. */
  readonly wait?: number;
  /** Wait for interfaces that are missing or vanish. */
  readonly waitsForInterface?: boolean;
}

export interface SessionOptions {
  readonly interfaces: readonly string[];
  readonly counting: Counting;
  readonly rows: RecordRows;
  readonly timing: Timing;
  readonly waiting?: Waiting;
  /** The user that a process of root becomes after attaching; undefined: the default. */
  readonly user: string | undefined;
  /** What is known of the addresses of rows, for the records. */
  readonly names?: Names | undefined;
  /** Ends the session when a source exceeds it. */
  readonly limit?: Limit | undefined;
  /** Keep the rights to count by another key later. */
  readonly canRecount?: boolean;
  /** Log every line that libbpf prints. */
  readonly logsLibbpf?: boolean;
}
