/** Typed arrays that grow: rows and keys are kept in them, not in objects. */

type TypedArray =
  | Uint8Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/**
 * A longer copy of `array`: twice its length, or `least` elements if that is
 * more. The new elements are 0.
 *
 * It copies, although ArrayBuffer.transfer would free the old memory at once:
 * after the first transfer V8 checks on every access to any typed array whether
 * its buffer was detached, and ticks took twice as long.
 *
 * @example
 * if (row >= this.#values.length) this.#values = grown(this.#values, row + 1);
 */
export function grown<T extends TypedArray>(array: T, least = 0): T {
  const constructor = array.constructor as new (length: number) => T;
  const longer = new constructor(Math.max(least, array.length * 2));
  longer.set(array);
  return longer;
}
