/** Bars and sparklines, in eighths of a cell where the terminal has them. */
export interface Glyphs {
  /** Blank, then rising to a full cell: nine of them. */
  readonly spark: string;
  /** Blank, then filling from the left: nine of them. */
  readonly bar: string;
}

export const UNICODE: Glyphs = { spark: " ▁▂▃▄▅▆▇█", bar: " ▏▎▍▌▋▊▉█" };
export const ASCII: Glyphs = { spark: " .:-=+*%#", bar: "    ----#" };

/**
 * Values as columns `rows` cells high. What is above zero shows at least a
 * trace; NaN, and zero, nothing.
 *
 * @param peak the value of a full column
 * @returns the rows, from the top
 */
export function sparkline(
  values: readonly number[],
  peak: number,
  rows: number,
  { spark }: Glyphs,
): string[] {
  const levels = values.map((value) =>
    value > 0
      ? Math.min(rows * 8, Math.max(1, Math.round(value / peak * rows * 8)))
      : 0
  );
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * 8;
    return levels
      .map((level) => spark[Math.max(0, Math.min(8, level - below))])
      .join("");
  });
}

/** A share of 0 to 1 as a bar. */
export function bar(share: number, width: number, { bar }: Glyphs): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return Array.from(
    { length: width },
    (_, at) => bar[Math.max(0, Math.min(8, eighths - at * 8))],
  ).join("");
}
