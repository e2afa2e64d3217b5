import { grown } from "../basics/growing_array.ts";

const TAB = 0x09, NEWLINE = 0x0a, SPACE = 0x20;

/**
 * Rows of short cells in ASCII, aligned: the first to the left, the others to
 * the right. Kept and put together as bytes: a string for each cell until the
 * widths are known, and padding them, took most of a tick with many rows.
 */
export class AlignedRows {
  readonly #columns: number;
  readonly #widths: number[];
  /** The cells, one after the other, and how long each of them is. */
  #cells = new Uint8Array(1 << 12);
  #lengths = new Uint8Array(1 << 8);
  #size = 0;
  #count = 0;
  /** What follows the cells of a row, by its number; mostly nothing. */
  readonly #notes = new Map<number, string>();

  constructor(columns: number) {
    this.#columns = columns;
    this.#widths = Array(columns).fill(0);
  }

  /** Adds the next cell; fewer than 256 characters. */
  add(cell: string): void {
    const { length } = cell;
    if (this.#size + length > this.#cells.length) {
      this.#cells = grown(this.#cells);
    }
    if (this.#count === this.#lengths.length) {
      this.#lengths = grown(this.#lengths);
    }
    for (let at = 0; at < length; at++) {
      this.#cells[this.#size++] = cell.charCodeAt(at);
    }
    const column = this.#count % this.#columns;
    this.#lengths[this.#count++] = length;
    if (length > this.#widths[column]!) this.#widths[column] = length;
  }

  /** Adds what follows the row that has its cells now. */
  note(note: string): void {
    this.#notes.set(this.#count / this.#columns - 1, note);
  }

  /** The rows, each after a tab. */
  text(): string {
    const columns = this.#columns;
    const rows = this.#count / columns;
    const width = this.#widths.reduce((sum, width) => sum + width, 2 * columns);
    let size = rows * width;
    for (const note of this.#notes.values()) size += note.length;
    const bytes = new Uint8Array(size).fill(SPACE);
    let to = 0, from = 0, cell = 0;
    for (let row = 0; row < rows; row++) {
      bytes[to++] = TAB;
      for (let column = 0; column < columns; column++) {
        const length = this.#lengths[cell++]!;
        const padding = this.#widths[column]! - length;
        if (column > 0) to += 2 + padding;
        for (let at = 0; at < length; at++) bytes[to++] = this.#cells[from++]!;
        if (column === 0) to += padding;
      }
      for (const letter of this.#notes.get(row) ?? "") {
        bytes[to++] = letter.charCodeAt(0);
      }
      bytes[to++] = NEWLINE;
    }
    return new TextDecoder().decode(bytes);
  }
}
