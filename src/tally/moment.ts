/** Moments by two clocks, and the span between two of them. */
import type { CountRecord } from "./records.ts";

/** A moment in milliseconds: of CLOCK_BOOTTIME, and of the wall clock since 1970. */
export interface Moment {
  readonly boot: number;
  readonly wall: number;
}

/**
 * The times of a record. `end` is by the wall clock, `elapsed` by
 * CLOCK_BOOTTIME. `start` is the end of the window before; if the wall clock was
 * stepped since then, it is `end` - `elapsed`, so that no span is negative.
 */
export function span(
  start: Moment,
  end: Moment,
): Pick<CountRecord, "start" | "end" | "elapsed"> {
  const elapsed = end.boot - start.boot;
  const isStepped = Math.abs(end.wall - elapsed - start.wall) > 50;
  return {
    start: new Date(isStepped ? end.wall - elapsed : start.wall),
    end: new Date(end.wall),
    elapsed: Math.round(elapsed * 1000) / 1e6,
  };
}
