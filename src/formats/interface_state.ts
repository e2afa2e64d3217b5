/** What metrics show of an interface: its run so far. */
import { EMPTY_BOOKS, NO_VERDICTS } from "../tally/books.ts";
import type { Snapshot, StartRecord } from "../tally/records.ts";
import { NOTHING } from "../tally/source_list.ts";

/** What metrics show of one interface. */
export interface InterfaceState {
  readonly start: StartRecord;
  readonly snapshot: Snapshot;
  /** Whether it is still being counted. */
  readonly isRunning: boolean;
  readonly maxSources: number;
}

/**
 * The snapshot before the first tick. It makes counters start at 0, so that
 * `rate()` does not miss the first tick.
 */
export function emptySnapshot(
  { host, run, interface: name, direction, by, names, start, mode }:
    StartRecord,
): Snapshot {
  const seesVerdicts = mode === "observe";
  return {
    ...{ host, run, interface: name, direction, by, names },
    end: start,
    ticks: 0,
    skipped: 0,
    reading: 0,
    complete: true,
    missed: seesVerdicts ? 0n : undefined,
    books: {
      ...EMPTY_BOOKS,
      verdicts: seesVerdicts ? NO_VERDICTS : undefined,
    },
    kept: { ipv4: 0, ipv6: 0 },
    sources: [],
    others: NOTHING,
  };
}
