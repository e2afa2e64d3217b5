/** Bars and sparklines, in eighths of a cell where the terminal has them. */
export interface Glyphs {
  /** Blank, then rising to a full cell: nine of them. */
  readonly spark: string;
  /** Blank, then filling from the left: nine of them. */
  readonly bar: string;
  /** Where a text is cut off. */
  readonly cut: string;
}

export const UNICODE: Glyphs = {
  spark: " ▁▂▃▄▅▆▇█",
  bar: " ▏▎▍▌▋▊▉█",
  cut: "…",
};
export const ASCII: Glyphs = { spark: " .:-=+*%#", bar: "    ----#", cut: ">" };

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

/** A text, or as much of it as there is room for. */
export function fitted(text: string, width: number, { cut }: Glyphs): string {
  return text.length <= width
    ? text
    : `${text.slice(0, Math.max(0, width - 1))}${cut}`;
}

/** A share of 0 to 1 as a bar. */
export function bar(share: number, width: number, { bar }: Glyphs): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return Array.from(
    { length: width },
    (_, at) => bar[Math.max(0, Math.min(8, eighths - at * 8))],
  ).join("");
}
