/** Updates a terminal with as few bytes as possible: links may be slow. */
import { Frame, PLAIN } from "./cells.ts";
import { type ColourDepth, sgr } from "./palette.ts";

/** Up to this many unchanged cells are written again: a cursor movement is longer. */
const BRIDGE = 3;

/**
 * The escape sequences that turn a terminal that shows `before` into one that
 * shows `after`.
 *
 * @param before undefined: the terminal may show anything
 *
 * @example
 * Deno.stdout.writeSync(encoder.encode(difference(shown, frame, "256")));
 */
export function difference(
  before: Frame | undefined,
  after: Frame,
  depth: ColourDepth,
): string {
  const { width, height } = after;
  const isSame = before?.width === width && before.height === height;
  const base = isSame ? before : new Frame(width, height);
  const writer = new FrameWriter(
    after,
    depth,
    isSame ? "" : "\x1b[m\x1b[H\x1b[2J",
  );
  for (let row = 0; row < height; row++) {
    for (const [from, to] of changes(base, after, row)) {
      writer.write(row, from, to);
    }
  }
  return writer.end();
}

/** The spans of a row that differ, [from, to[; spans at most BRIDGE apart are merged. */
function changes(before: Frame, after: Frame, row: number): [number, number][] {
  const { width } = after;
  const spans: [number, number][] = [];
  for (let column = 0; column < width; column++) {
    const at = row * width + column;
    if (
      before.characters[at] === after.characters[at] &&
      before.styles[at] === after.styles[at]
    ) continue;
    const last = spans.at(-1);
    if (last !== undefined && column - last[1] <= BRIDGE) last[1] = column + 1;
    else spans.push([column, column + 1]);
  }
  return spans;
}

/** Collects escape sequences; tracks the cursor and the current style. */
class FrameWriter {
  readonly #frame: Frame;
  readonly #depth: ColourDepth;
  #text: string;
  #style = PLAIN;
  #row = -1;
  #column = -1;

  constructor(frame: Frame, depth: ColourDepth, start: string) {
    this.#frame = frame;
    this.#depth = depth;
    this.#text = start;
  }

  /** Writes the cells of a row from `from` up to `to`. */
  write(row: number, from: number, to: number): void {
    const { width, characters, styles } = this.#frame;
    this.#move(row, from);
    const last = this.#lastInk(row) + 1;
    for (let column = from; column < to; column++) {
      const at = row * width + column;
      this.#setStyle(styles[at]!);
      // The rest of the line is blank: one sequence erases it.
      if (column >= last && to - column > 3) {
        this.#text += "\x1b[K";
        this.#column = column;
        return;
      }
      this.#text += characters[at];
      this.#column = column + 1;
    }
    // Terminals differ in where the cursor is after the last column.
    if (this.#column === width) this.#row = -1;
  }

  /** The last column of a row that is not blank; -1: the row is blank. */
  #lastInk(row: number): number {
    const { width, characters, styles } = this.#frame;
    let column = width - 1;
    for (; column >= 0; column--) {
      const at = row * width + column;
      if (characters[at] !== " " || styles[at] !== PLAIN) break;
    }
    return column;
  }

  #move(row: number, column: number): void {
    if (row === this.#row && column >= this.#column) {
      const by = column - this.#column;
      if (by > 0) this.#text += by === 1 ? "\x1b[C" : `\x1b[${by}C`;
    } else {
      this.#text += `\x1b[${row + 1};${column + 1}H`;
    }
    this.#row = row;
    this.#column = column;
  }

  #setStyle(style: number): void {
    if (style === this.#style) return;
    this.#text += sgr(style, this.#depth);
    this.#style = style;
  }

  /** Resets the style, and returns the sequences. */
  end(): string {
    this.#setStyle(PLAIN);
    return this.#text;
  }
}
