/** Bars and sparklines, in eighths of a cell. */

/** The characters of bars and sparklines, by eighths of a cell. */
export interface Glyphs {
  /** Nine characters, from blank up to a full cell. */
  readonly spark: string;
  /** Nine characters, from blank, filled from the left. */
  readonly bar: string;
  /** Marks where a text is cut off. */
  readonly cut: string;
}

/** Block elements of Unicode. */
export const UNICODE: Glyphs = {
  spark: " ▁▂▃▄▅▆▇█",
  bar: " ▏▎▍▌▋▊▉█",
  cut: "…",
};
/** For terminals and locales without UTF-8. */
export const ASCII: Glyphs = { spark: " .:-=+*%#", bar: "    ----#", cut: ">" };

/**
 * Draws values as columns, `rows` cells high. Values above 0 fill at least an
 * eighth of a cell; 0 and NaN leave it blank.
 *
 * @param peak the value that fills a column
 * @returns the rows from the top
 *
 * @example
 * sparkline([0, 4, 8], 8, 1, UNICODE); // [" ▄█"]
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

/** A text, cut off at `width` columns. */
export function fitted(text: string, width: number, { cut }: Glyphs): string {
  return text.length <= width
    ? text
    : `${text.slice(0, Math.max(0, width - 1))}${cut}`;
}

/** Factors of ten that a bar on a logarithmic scale shows. */
const DECADES = 4;

/** A share of 0 to 1 as the length of a bar on a logarithmic scale: 0.01% has none. */
export function onLogScale(share: number): number {
  return Math.max(0, 1 + Math.log10(share) / DECADES);
}

/** Draws a share of 0 to 1 as a bar of `width` columns. */
export function bar(share: number, width: number, { bar }: Glyphs): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return Array.from(
    { length: width },
    (_, at) => bar[Math.max(0, Math.min(8, eighths - at * 8))],
  ).join("");
}
