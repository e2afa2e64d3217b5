/** The intervals that the keys `+` and `-` step through, in milliseconds. */

const INTERVALS = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/** The next longer interval; undefined: there is none. */
export function longer(interval: number): number | undefined {
  return INTERVALS.find((other) => other > interval);
}

/** The next shorter interval; undefined: there is none. */
export function shorter(interval: number): number | undefined {
  return INTERVALS.findLast((other) => other < interval);
}
