/** The share that some packets have of all. */

/** Percent, rounded to two decimals; 0 if there are no packets. */
export function percentOf(packets: bigint, total: bigint): number {
  if (total === 0n) return 0;
  return Number((packets * 20_000n + total) / (2n * total)) / 100;
}
