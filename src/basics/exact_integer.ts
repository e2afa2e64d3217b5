/** Counters in JSON: readers take numbers as doubles, which are exact to 2^53. */

/**
 * A non-negative integer as a JSON value that no reader rounds: a number up to
 * 2^53 - 1, else a string of its digits.
 */
export function exactInteger(value: number | bigint): number | string {
  if (typeof value === "number") return value;
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
}
