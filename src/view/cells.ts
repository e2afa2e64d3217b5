/** The screen as cells of one column each, apart from any terminal. */

/** Colours by their use; palette.ts defines how they look. */
export const COLOURS = [
  "plain",
  "accent",
  "good",
  "alarm",
  "heat0",
  "heat1",
  "heat2",
  "heat3",
  "heat4",
] as const;
export type Colour = typeof COLOURS[number];

/** A colour (the low four bits) and attributes. */
export type Style = number;
/** Attributes, the bits above a style's colour. */
export const BOLD = 16, DIM = 32, REVERSE = 64;
/** The terminal's own colours, without attributes. */
export const PLAIN: Style = 0;

/** The style of a colour; combine it with attributes by `|`. */
export function colour(name: Colour): Style {
  return COLOURS.indexOf(name);
}

/** The only characters that get onto the screen; each is one column wide. */
const GLYPHS = /[\x20-\x7e▁▂▃▄▅▆▇█▏▎▍▌▋▊▉…]/;

/**
 * A screen: a character and a style for each cell, row by row.
 *
 * @example
 * const frame = new Frame(80, 24);
 * frame.put(0, 0, "xdptally", BOLD | colour("accent"));
 */
export class Frame {
  readonly width: number;
  readonly height: number;
  readonly characters: string[];
  readonly styles: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.characters = Array(width * height).fill(" ");
    this.styles = new Uint8Array(width * height);
  }

  /**
   * Writes `text` from a cell on, up to the end of the row. Control characters
   * and characters of another width become question marks.
   *
   * @returns the column after the text
   */
  put(row: number, column: number, text: string, style: Style = PLAIN): number {
    for (const character of text) {
      if (column >= this.width || row >= this.height) break;
      const at = row * this.width + column++;
      this.characters[at] = GLYPHS.test(character) ? character : "?";
      this.styles[at] = style;
    }
    return column;
  }

  /** Sets the style of a whole row; the characters stay. */
  fill(row: number, style: Style): void {
    if (row >= this.height) return;
    this.styles.fill(style, row * this.width, (row + 1) * this.width);
  }

  /** Copies `count` rows of another screen of this width, from its row `from` on, to row `at`. */
  paste(other: Frame, from: number, at: number, count: number): void {
    const rows = Math.min(count, other.height - from, this.height - at);
    const cells = rows * this.width;
    for (let cell = 0; cell < cells; cell++) {
      this.characters[at * this.width + cell] = other
        .characters[from * this.width + cell]!;
      this.styles[at * this.width + cell] = other
        .styles[from * this.width + cell]!;
    }
  }

  /** Adds an attribute to all cells of a row. */
  mark(row: number, attribute: Style): void {
    for (let at = row * this.width; at < (row + 1) * this.width; at++) {
      this.styles[at]! |= attribute;
    }
  }
}
