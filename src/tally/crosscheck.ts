/** Compares the total of a run with the interface's own counter. */

/** Two counts of the same packets that differ too much. */
export interface Discrepancy {
  /** Packets that the program saw. */
  readonly counted: bigint;
  /** Packets that the interface counted in the same time. */
  readonly own: bigint;
}

/**
 * How a count compares with the interface's own counter: it should be equal; or not
 * less, since the counter counts merged packets as one; or they have nothing in common.
 */
export type Comparison = "equal" | "not less" | "none";

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
  own: bigint,
  peak: number,
  comparison: Comparison,
): Discrepancy | undefined {
  if (comparison === "none") return undefined;
  const missing = Number(own) - Number(counted);
  const difference = comparison === "equal" ? Math.abs(missing) : missing;
  const allowed = FEW + SLACK * Math.max(Number(own), Number(counted)) +
    STALE * peak;
  return difference > allowed ? { counted, own } : undefined;
}
