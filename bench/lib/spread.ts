/** Summarizes repeated measurements: median, minimum, maximum and ratios. */
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

/** The ratio of two contenders in each round. */
export function ratios(
  ones: readonly number[],
  others: readonly number[],
): number[] {
  return ones.map((one, round) => one / others[round]!);
}

/** The table cells of some measurements: median, minimum and maximum. */
export function spreadCells(
  values: readonly number[],
  format: (value: number) => string = significant,
): string[] {
  const { median, min, max } = spreadOf(values);
  return [median, min, max].map(format);
}

/** The table cell of two contenders' ratio: `MEDIAN (MIN to MAX)`. */
export function ratioCell(
  ones: readonly number[],
  others: readonly number[],
): string {
  const [median, min, max] = spreadCells(ratios(ones, others));
  return `${median} (${min} to ${max})`;
}

/** Three significant digits, but at most two decimals; `-` if not finite. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.max(
    0,
    2 - Math.floor(Math.log10(Math.abs(value) || 1)),
  );
  return value.toFixed(Math.min(digits, 2));
}
