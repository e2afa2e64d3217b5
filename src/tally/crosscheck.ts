/** Compares the total of a run with the interface's own counter. */

/** Two counts of the same packets that differ too much. */
export interface Discrepancy {
  /** Packets that the program saw. */
  readonly counted: bigint;
  /** Packets that the interface counted as received in the same time. */
  readonly received: bigint;
}

/** Drivers update their counters at least this often, in seconds. */
const STALE = 2;
/** Share of the packets that may differ: the counters are not read at the same moment. */
const SLACK = 0.01;
/** Packets that may differ in any case. */
const FEW = 16;

/**
 * Compares two counts of packets. They may differ by what arrives in `STALE`
 * seconds, plus `SLACK` of them.
 *
 * @param peak packets per second of the busiest tick
 * @returns undefined: they agree
 */
export function discrepancy(
  counted: bigint,
  received: bigint,
  peak: number,
): Discrepancy | undefined {
  const [one, other] = [Number(counted), Number(received)];
  const allowed = FEW + SLACK * Math.max(one, other) + STALE * peak;
  return Math.abs(one - other) > allowed ? { counted, received } : undefined;
}
