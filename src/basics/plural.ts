/** Writes counted nouns in messages and tables: `1 tick`, `2 ticks`. */

/**
 * `1 tick`, `3 ticks`: for nouns whose plural ends in -s.
 *
 * @param format writes the number; by default its digits
 */
export function plural<N extends number | bigint>(
  count: N,
  noun: string,
  format: (count: N) => string = String,
): string {
  return `${format(count)} ${noun}${Number(count) === 1 ? "" : "s"}`;
}
