/** Columns of a report: one number for each row, in typed arrays. */
import { grown } from "../basics/growing_array.ts";
import type { JsonCount } from "./counts.ts";

/**
 * Exact sums by row: a number up to 2^53 - 1, which few sums exceed, and a bigint
 * above. Bigints for all would take ten times the memory.
 */
export class SumColumn {
  /** Infinity: the sum is in `#big`. */
  #sums = new Float64Array(1024);
  readonly #big = new Map<number, bigint>();

  /** Adds an integer as in JSON records: a string of digits from 2^53 on. */
  add(row: number, value: JsonCount): void {
    if (row >= this.#sums.length) this.#sums = grown(this.#sums, row + 1);
    const sum = this.#sums[row]! + (typeof value === "number" ? value : NaN);
    if (sum <= Number.MAX_SAFE_INTEGER) this.#sums[row] = sum;
    else this.#addBig(row, value);
  }

  #addBig(row: number, value: JsonCount): void {
    const sum = this.get(row) + BigInt(value);
    this.#big.set(row, sum);
    this.#sums[row] = Infinity;
  }

  /** The exact sum; 0 for a row that nothing was added to. */
  get(row: number): bigint {
    return this.#big.get(row) ?? BigInt(this.#sums[row] ?? 0);
  }

  /** Orders rows by their sums. */
  compare(a: number, b: number): number {
    const [one, other] = [this.#sums[a] ?? 0, this.#sums[b] ?? 0];
    if (one !== other) return one - other;
    if (one < Infinity) return 0;
    const difference = this.get(a) - this.get(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
}

/** Numbers by row; 0 until they are set. */
export class NumberColumn {
  #values = new Float64Array(1024);

  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      this.#values = grown(this.#values, row + 1);
    }
    this.#values[row] = value;
  }
}
