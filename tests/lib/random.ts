/** Random numbers that a seed repeats, so that a failure can be run again. */

/** Returns whole numbers from 0 up to, but not including, a bound. */
export type Random = (below: number) => number;

/** Marsaglia's 32-bit xorshift; the seed is mixed first, so that near seeds differ. */
export function generator(seed: number): Random {
  let state = Math.imul(seed ^ seed >>> 16, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
