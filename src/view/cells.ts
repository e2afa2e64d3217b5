/** What a terminal shows, as cells: all of them are one column wide. */

/** The colours by their use; palette.ts says how they look. */
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

/** A colour and attributes in a number. */
export type Style = number;
export const BOLD = 16, DIM = 32, REVERSE = 64;
export const PLAIN: Style = 0;

/** A colour as a style, to be or-ed with attributes. */
export function colour(name: Colour): Style {
  return COLOURS.indexOf(name);
}

/** What there is beside printable ASCII; nothing else gets onto the screen. */
const GLYPHS = /[\x20-\x7e▁▂▃▄▅▆▇█▏▎▍▌▋▊▉…]/;

/** A screen: a character and a style for each cell. */
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
   * Writes a text, as far as there is room for it. A character that could act,
   * or that is of another width, becomes a question mark.
   *
   * @returns the column behind it
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

  /** Gives a whole row a style, keeping what it says. */
  fill(row: number, style: Style): void {
    if (row >= this.height) return;
    this.styles.fill(style, row * this.width, (row + 1) * this.width);
  }
}
