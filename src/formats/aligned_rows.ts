/** Aligns the rows of a text record. */
import { grown } from "../basics/growing_array.ts";

const TAB = 0x09, NEWLINE = 0x0a, SPACE = 0x20;

/**
 * Rows of short ASCII cells in columns: the first is aligned to the left, the
 * others to the right. Cells are kept as bytes until the widths are known: to
 * keep and pad a string for each took most of the time of a tick with many rows.
 *
 * @example
 * const rows = new AlignedRows(2);
 * for (const cell of ["a", "10", "bb", "9"]) rows.add(cell);
 * rows.text(); // "\ta   10\n\tbb   9\n"
 */
export class AlignedRows {
  readonly #columns: number;
  readonly #widths: number[];
  /** The cells without gaps, and the length of each. */
  #cells = new Uint8Array(1 << 12);
  #lengths = new Uint8Array(1 << 8);
  #size = 0;
  #count = 0;
  /** Columns that are left out. */
  readonly #hidden = new Set<number>();
  /** Text after the cells of a row, in UTF-8, by its number; few rows have any. */
  readonly #notes = new Map<number, Uint8Array>();

  constructor(columns: number) {
    this.#columns = columns;
    this.#widths = Array(columns).fill(0);
  }

  /** Adds the next cell: ASCII, fewer than 256 characters. */
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

  /** Adds text after the row that was completed last. */
  note(note: string): void {
    const row = this.#count / this.#columns - 1;
    this.#notes.set(row, new TextEncoder().encode(note));
  }

  /**
   * Leaves out columns until rows fit, or there are no more of these.
   *
   * @param width characters, without the tab and the notes
   * @param columns numbers of columns, the least important first; not 0
   */
  fit(width: number, columns: readonly number[]): void {
    for (const column of columns) {
      if (this.#width <= width) return;
      this.#hidden.add(column);
    }
  }

  /** Characters of a row without its tab: the cells that are shown, and two spaces between them. */
  get #width(): number {
    const shown = this.#widths.filter((_, column) => !this.#hidden.has(column));
    return shown.reduce((sum, width) => sum + 2 + width, -2);
  }

  /** All rows, each with a tab before it and a newline after it. */
  text(): string {
    const columns = this.#columns;
    const rows = this.#count / columns;
    let size = rows * (this.#width + 2);
    for (const note of this.#notes.values()) size += note.length;
    const bytes = new Uint8Array(size).fill(SPACE);
    let to = 0, from = 0, cell = 0;
    for (let row = 0; row < rows; row++) {
      bytes[to++] = TAB;
      for (let column = 0; column < columns; column++) {
        const length = this.#lengths[cell++]!;
        if (this.#hidden.has(column)) {
          from += length;
          continue;
        }
        const padding = this.#widths[column]! - length;
        if (column > 0) to += 2 + padding;
        for (let at = 0; at < length; at++) bytes[to++] = this.#cells[from++]!;
        if (column === 0) to += padding;
      }
      const note = this.#notes.get(row);
      if (note !== undefined) {
        bytes.set(note, to);
        to += note.length;
      }
      bytes[to++] = NEWLINE;
    }
    return new TextDecoder().decode(bytes);
  }
}
