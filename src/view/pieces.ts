/** Draws lines that consist of pieces of text. */
import type { Frame, Style } from "./cells.ts";

/** A piece of a line, with its style. */
export type Piece = readonly [text: string, style?: Style];

/** Draws a whole line, as many pieces as fit. */
export function drawLine(
  frame: Frame,
  row: number,
  pieces: readonly Piece[],
): void {
  drawPieces(frame, row, 0, pieces, frame.width);
}

/** Puts pieces two columns apart, as many as fit before column `to`. */
export function drawPieces(
  frame: Frame,
  row: number,
  from: number,
  pieces: readonly Piece[],
  to: number,
): void {
  for (const [at, [text, style]] of pieces.entries()) {
    if (at > 0 && from + text.length > to) return;
    from = frame.put(row, from, text.slice(0, to - from), style) + 2;
  }
}
