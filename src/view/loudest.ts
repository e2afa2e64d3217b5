/** Finds the rows of a tick that sent most without sorting the others. */

/** The rows with the highest values, the highest first; of equal ones the first. */
class Highest<Row> {
  readonly rows: Row[] = [];
  readonly #values: number[] = [];
  readonly #most: number;
  /** What a value must exceed. */
  #least = 0;

  constructor(most: number) {
    this.#most = most;
  }

  offer(row: Row, value: number): void {
    if (!(value > this.#least)) return;
    const values = this.#values;
    let at = values.length;
    while (at > 0 && value > values[at - 1]!) at--;
    this.rows.splice(at, 0, row);
    values.splice(at, 0, value);
    if (values.length > this.#most) {
      this.rows.pop();
      values.pop();
    }
    if (values.length === this.#most) this.#least = values[this.#most - 1]!;
  }
}

/**
 * The first rows by packets and the first by bytes. Most rows cost two comparisons.
 *
 * @example
 * const loudest = new Loudest<string>(2);
 * loudest.offer("a", 1, 9000);
 * loudest.offer("b", 3, 300);
 * loudest.offer("c", 2, 200);
 * loudest.rows; // b and a
 */
export class Loudest<Row> {
  readonly #most: number;
  readonly #byPackets: Highest<Row>;
  readonly #byBytes: Highest<Row>;

  /** @param most how many rows to find in all */
  constructor(most: number) {
    this.#most = most;
    this.#byPackets = new Highest(most);
    this.#byBytes = new Highest(most);
  }

  /** Takes a row; one without packets is none of the loudest. */
  offer(row: Row, packets: number, bytes: number): void {
    this.#byPackets.offer(row, packets);
    this.#byBytes.offer(row, bytes);
  }

  /** Those found, by packets and by bytes in turn. */
  get rows(): ReadonlySet<Row> {
    const found = new Set<Row>();
    const byBytes = this.#byBytes.rows;
    for (const [at, row] of this.#byPackets.rows.entries()) {
      if (found.size < this.#most) found.add(row);
      if (found.size < this.#most && at < byBytes.length) {
        found.add(byBytes[at]!);
      }
    }
    return found;
  }
}
