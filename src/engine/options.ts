/** What a session is asked to do; each part of the engine takes the part it needs. */
import type { Direction, Keying } from "../basics/keys.ts";
import type { NetworkFilter } from "../basics/network_filter.ts";
import type { Hook, Mode } from "../hooks/hook.ts";
import type { Limit } from "../tally/limit.ts";
import type { RecordRows } from "../tally/run.ts";

/** Which frames are counted, where, and by what. */
export interface Counting {
  readonly keying: Keying;
  /** Undefined: every source is kept. */
  readonly filter: NetworkFilter | undefined;
  readonly directions: readonly Direction[];
  /** For frames that come in; `hookFor` says what those that go out take. */
  readonly hook: Hook;
  readonly mode: Mode;
  /** Sources kept for each family and interface. */
  readonly maxSources: number;
}

/** When the ticks are, and when the session ends. Times are milliseconds. */
export interface Timing {
  readonly interval: number;
  readonly count?: number | undefined;
  readonly duration?: number | undefined;
  /** The first deadline is the wall clock's next multiple of the interval. */
  readonly isAligned?: boolean;
}

/** What is waited for before counting begins. Times are milliseconds. */
interface Waiting {
  /** The longest random wait. */
  readonly splay?: number;
  /** How long to wait for an interface that is busy. */
  readonly wait?: number;
  /** Wait for an interface that is missing, or goes away. */
  readonly waitsForInterface?: boolean;
}

export interface SessionOptions {
  readonly interfaces: readonly string[];
  readonly counting: Counting;
  readonly rows: RecordRows;
  readonly timing: Timing;
  readonly waiting?: Waiting;
  /** Whom root's process becomes once it has attached. */
  readonly user: string;
  /** Ends the session when a source exceeds it. */
  readonly limit?: Limit | undefined;
  /** Log all that libbpf says. */
  readonly logsLibbpf?: boolean;
}
