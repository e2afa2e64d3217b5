/** Puts sections of lines below each other, of which a part is in sight. */
import { Frame } from "./cells.ts";
import { drawLine, type Piece } from "./pieces.ts";

/** Lines that belong together. */
export interface Section {
  readonly height: number;
  draw(frame: Frame, at: number): void;
}

/** A text that need not fit on the screen. */
export interface Scrolled {
  /** How many of its lines are above the first visible one. */
  scroll: number;
}

/** A section of one line. */
export function line(pieces: readonly Piece[]): Section {
  return { height: 1, draw: (frame, at) => drawLine(frame, at, pieces) };
}

/**
 * Draws as many lines as fit into those from `from` up to `to`.
 *
 * @param scroll how many lines are to be above the first visible one
 * @returns how many are
 */
export function drawSections(
  frame: Frame,
  from: number,
  to: number,
  sections: readonly Section[],
  scroll: number,
): number {
  const height = sections.reduce((sum, section) => sum + section.height, 0);
  const whole = new Frame(frame.width, height);
  let at = 0;
  for (const section of sections) {
    section.draw(whole, at);
    at += section.height;
  }
  const room = to - from;
  const above = Math.max(0, Math.min(scroll, height - room));
  frame.paste(whole, above, from, room);
  return above;
}
