/** Counters as records have them: what is one, and exact sums of them. */

/** An integer from 0 on; a string of digits where a double would round it. */
export type JsonCount = number | string;

/** No counter has as many digits; converting more takes quadratic time. */
const DIGITS = /^(?:0|[1-9]\d{0,99})$/;

/** Whether a value of a record is a counter. */
export function isCount(value: unknown): value is JsonCount {
  return typeof value === "number"
    ? Number.isSafeInteger(value) && value >= 0
    : typeof value === "string" && DIGITS.test(value);
}

/** Adds counters exactly: as a number up to 2^53 - 1, as a bigint above. */
export class CountSum {
  #sum = 0;
  #big: bigint | undefined;

  add(value: JsonCount): this {
    const sum = this.#sum + (typeof value === "number" ? value : NaN);
    if (sum <= Number.MAX_SAFE_INTEGER) this.#sum = sum;
    else this.#big = (this.#big ?? 0n) + BigInt(value);
    return this;
  }

  equals(value: JsonCount): boolean {
    return this.#big === undefined && typeof value === "number"
      ? this.#sum === value
      : this.value === BigInt(value);
  }

  get value(): bigint {
    return BigInt(this.#sum) + (this.#big ?? 0n);
  }
}

/** The same counter, as a number where a number is exact. */
export function plainCount(count: JsonCount): JsonCount {
  const number = Number(count);
  return Number.isSafeInteger(number) ? number : count;
}
