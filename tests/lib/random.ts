/** Numbers below a bound, from 0 on; the same ones for the same seed. */
export type Random = (below: number) => number;

/** Marsaglia's xorshift of 32 bits, its seed mixed first: near seeds differ. */
export function generator(seed: number): Random {
  let state = Math.imul(seed ^ seed >>> 16, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
