/** Keeps records that cannot be written yet, within bounds. */

/** Characters that may wait, besides the last record. */
const MOST_WAITING = 1 << 26;

/** Records in order; the oldest are dropped if too much waits. */
export class RecordQueue {
  #records: string[] = [];
  #size = 0;
  #dropped = 0;

  get length(): number {
    return this.#records.length;
  }

  /** Records that are not written: they wait, or were dropped. */
  get missing(): number {
    return this.#dropped + this.#records.length;
  }

  /** @param isBlocked what waits cannot be written at the moment */
  add(record: string, isBlocked: boolean): void {
    this.#records.push(record);
    this.#size += record.length;
    while (isBlocked && this.length > 1 && this.#size > MOST_WAITING) {
      this.#size -= this.#records.shift()!.length;
      this.#dropped++;
    }
  }

  /** The first records as one text. */
  text(count: number): string {
    return this.#records.slice(0, count).join("");
  }

  /** Removes the first records: they are written. */
  remove(count: number): void {
    const removed = this.#records.splice(0, count);
    this.#size -= removed.reduce((sum, { length }) => sum + length, 0);
  }
}
