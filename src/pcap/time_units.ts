/** Times of pcapng: 64-bit counts of any unit, to seconds and nanoseconds, exactly. */

/** Where a time is put. */
interface TimeTaker {
  seconds: number;
  nanoseconds: number;
}

/** Takes a count of units, in two 32-bit words, most significant first. */
export type SetTime = (into: TimeTaker, high: number, low: number) => void;

/** The option's highest bit says that its number is a power of 2. */
const IS_BINARY = 0x80;
/** Powers up to these are read without bigint: all that capture programs write. */
const MOST_DECIMAL = 9, MOST_BINARY = 30;
const BILLION = 1e9;

/**
 * How times of an interface become seconds and nanoseconds, rounded down.
 *
 * @param resolution value of if_tsresol: an exponent of 10, or with 0x80 of 2
 * @param offset value of if_tsoffset, seconds
 * @see draft-ietf-opsawg-pcapng, section 4.2
 *
 * @example
 * const set = timeSetter(6, 0); // microseconds
 * set(packet, 0, 1_500_000); // 1 s and 500,000,000 ns
 */
export function timeSetter(resolution: number, offset: number): SetTime {
  const exponent = resolution & ~IS_BINARY;
  if ((resolution & IS_BINARY) === 0) {
    return exponent <= MOST_DECIMAL
      ? decimalSetter(10 ** exponent, offset)
      : exactSetter(10n ** BigInt(exponent), offset);
  }
  return exponent <= MOST_BINARY
    ? binarySetter(2 ** exponent, offset)
    : exactSetter(2n ** BigInt(exponent), offset);
}

/** @param units units in a second, at most 1e9 */
function decimalSetter(units: number, offset: number): SetTime {
  const unit = BILLION / units;
  return (into, high, low) => {
    const seconds = quotient(high, low, units);
    into.seconds = seconds + offset;
    into.nanoseconds = remainder(high, low, units) * unit;
  };
}

/** @param units units in a second, at most 2^30 */
function binarySetter(units: number, offset: number): SetTime {
  // 1e9 is 2^9 * 5^9. The rest times 5^9 is below 2^53, and what follows is a shift.
  const five = 5 ** 9, shift = 2 ** 9 / units;
  return (into, high, low) => {
    into.seconds = quotient(high, low, units) + offset;
    const rest = remainder(high, low, units);
    into.nanoseconds = Math.floor(rest * five * shift);
  };
}

function exactSetter(units: bigint, offset: number): SetTime {
  return (into, high, low) => {
    const count = BigInt(high) << 32n | BigInt(low);
    into.seconds = Number(count / units) + offset;
    into.nanoseconds = Number(count % units * BigInt(BILLION) / units);
  };
}

/**
 * Divides a 64-bit number in 16-bit digits, each with the rest of those before it:
 * below 2^46 for a divisor up to 2^30, so that a double has it exactly.
 */
function quotient(high: number, low: number, by: number): number {
  const first = Math.floor(high / by);
  const middle = (high - first * by) * 0x10000 + (low >>> 16);
  const second = Math.floor(middle / by);
  const last = (middle - second * by) * 0x10000 + (low & 0xffff);
  return (first * 0x10000 + second) * 0x10000 + Math.floor(last / by);
}

function remainder(high: number, low: number, by: number): number {
  const middle = high % by * 0x10000 + (low >>> 16);
  return (middle % by * 0x10000 + (low & 0xffff)) % by;
}
