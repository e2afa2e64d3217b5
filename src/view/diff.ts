import { Frame, PLAIN } from "./cells.ts";
import { type ColourDepth, sgr } from "./palette.ts";

/** Unchanged cells up to this many are written again rather than jumped over. */
const BRIDGE = 3;

/**
 * What turns a terminal that shows `before` into one that shows `after`.
 *
 * @param before undefined: it may show anything
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

/** The spans of a row that differ, those that are near each other as one. */
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

/** Collects sequences, knowing where the cursor is and which style is set. */
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
      // Blank up to the end of the line: one sequence does it.
      if (column >= last && to - column > 3) {
        this.#text += "\x1b[K";
        this.#column = column;
        return;
      }
      this.#text += characters[at];
      this.#column = column + 1;
    }
    // What a terminal does with the cursor in the last column differs.
    if (this.#column === width) this.#row = -1;
  }

  /** The last column of a row that is not blank; -1: all are. */
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

  end(): string {
    this.#setStyle(PLAIN);
    return this.#text;
  }
}
