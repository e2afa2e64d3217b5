/** Columns of a report: one number for each row, in typed arrays. */
import { grown } from "../basics/growing_array.ts";

/**
 * Exact sums by row. Each is stored as a number below 2^52 and a count of
 * carries of 2^52: a plain number would round above 2^53, and a bigint would
 * take ten times the memory.
 */
export class SumColumn {
  #low = new Float64Array(1024);
  #carries = new Uint32Array(1024);

  /** Adds an integer as in JSON records: a string of digits from 2^53 on. */
  add(row: number, value: number | string): void {
    if (row >= this.#low.length) this.#grow(row);
    if (typeof value === "string") return this.#addBig(row, BigInt(value));
    const sum = this.#low[row]! + value;
    if (sum < CARRY) this.#low[row] = sum;
    else this.#addBig(row, BigInt(value));
  }

  #addBig(row: number, value: bigint): void {
    const sum = this.get(row) + value;
    this.#low[row] = Number(sum % BigInt(CARRY));
    this.#carries[row] = Number(sum / BigInt(CARRY));
  }

  /** The exact sum; 0 for a row that nothing was added to. */
  get(row: number): bigint {
    if (row >= this.#low.length) return 0n;
    return BigInt(this.#low[row]!) +
      BigInt(this.#carries[row]!) * BigInt(CARRY);
  }

  /** The sum, rounded above 2^53: for sorting. */
  rounded(row: number): number {
    return (this.#low[row] ?? 0) + (this.#carries[row] ?? 0) * CARRY;
  }

  #grow(row: number): void {
    this.#low = grown(this.#low, row + 1);
    this.#carries = grown(this.#carries, row + 1);
  }
}

const CARRY = 2 ** 52;

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
