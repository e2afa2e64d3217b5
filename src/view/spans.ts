/** Puts ticks of any length into equal spans of time, for curves. */

/** The rate of a tick. */
export interface RateTick {
  /** When it ended, in seconds of the pane's clock. */
  readonly end: number;
  /** Its length in seconds. */
  readonly elapsed: number;
  /** A second; NaN: unknown. */
  readonly rate: number;
}

/**
 * The highest rate in each of the last `count` spans of `seconds`, the newest
 * last; NaN where there is none. Spans start at multiples of `seconds`, so that
 * past values do not change.
 *
 * @param now seconds of the pane's clock
 */
export function peaksBySpan(
  ticks: Iterable<RateTick>,
  now: number,
  count: number,
  seconds: number,
): number[] {
  const newest = Math.floor(now / seconds);
  const peaks: number[] = Array(count).fill(NaN);
  for (const { end, elapsed, rate } of ticks) {
    if (Number.isNaN(rate)) continue;
    const first = Math.max(
      Math.floor((end - elapsed) / seconds),
      newest - count + 1,
    );
    for (let span = first; span * seconds < end; span++) {
      const at = count - 1 - (newest - span);
      if (at >= 0 && at < count && !(peaks[at]! >= rate)) peaks[at] = rate;
    }
  }
  return peaks;
}
