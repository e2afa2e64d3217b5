/** The run's total beside what the interface itself says. */
export interface Discrepancy {
  /** Packets that the XDP program saw. */
  readonly counted: bigint;
  /** Packets that the interface says it received meanwhile. */
  readonly received: bigint;
}

/** Drivers bring their counters up to date that often, or oftener. */
const STALE = 2; // seconds
/** Part of the packets that may differ: reading two counters takes time. */
const SLACK = 0.01;
const FEW = 16;

/**
 * Whether the two part by more than counters that are read `STALE` seconds too
 * early or too late explain.
 *
 * @param peak packets a second of the busiest tick
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
