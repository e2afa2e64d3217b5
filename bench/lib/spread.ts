/** What several measurements of the same thing say. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [Math.floor(middle), Math.ceil(middle)];
  return {
    median: (sorted[low]! + sorted[high]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}
