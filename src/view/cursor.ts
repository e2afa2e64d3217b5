/** The cursor of the screen: it stays on its row, wherever that moves. */
import type { ViewRow } from "./view_row.ts";

/** The rows on the screen. */
interface Sight {
  /** The first one. */
  readonly offset: number;
  /** How many there is room for. */
  readonly page: number;
}

/**
 * Knows its row by the key. A row that is not there any more leaves no other in its
 * place: the cursor is back when the row is.
 *
 * @example
 * cursor.move(rows, 1, { offset: 0, page: 20 }); // on the first row
 * cursor.find(otherRows); // on the same row
 */
export class Cursor {
  #key: string | undefined;
  #place = 0;
  #isThere = false;

  /** Its row's number; -1: it is on none. */
  get at(): number {
    return this.#isThere ? this.#place : -1;
  }

  /** Looks for its row among other rows, or in another order. */
  find(rows: readonly ViewRow[]): void {
    if (this.#key === undefined) return;
    const place = rows.findIndex(({ key }) => key === this.#key);
    this.#isThere = place >= 0;
    if (this.#isThere) this.#place = place;
  }

  /** Moves it so many rows; at first from above the rows in sight, or from below. */
  move(rows: readonly ViewRow[], by: number, { offset, page }: Sight): void {
    const from = this.#key !== undefined
      ? this.#place
      : by > 0
      ? offset - 1
      : offset + page;
    this.put(rows, from + by);
  }

  /** Puts it on a row, or the nearest one that there is. */
  put(rows: readonly ViewRow[], place: number): void {
    if (rows.length === 0) return;
    this.#place = Math.max(0, Math.min(place, rows.length - 1));
    this.#key = rows[this.#place]!.key;
    this.#isThere = true;
  }

  /** Takes it off the rows. */
  clear(): void {
    this.#key = undefined;
    this.#isThere = false;
  }

  /** The first row in sight, so that the cursor's row is. */
  follow({ offset, page }: Sight): number {
    if (!this.#isThere) return offset;
    return Math.max(this.#place - page + 1, Math.min(offset, this.#place));
  }
}
