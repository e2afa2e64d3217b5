/**
 * Decompresses Deflate. zlib is faster, but with an error it gives away neither
 * what it had decompressed nor where the error is.
 */
import { type BitReader, EndOfData } from "./bit_reader.ts";
import { DamagedData, FAST_MASK, HuffmanCode } from "./huffman.ts";

const WINDOW = 32_768;
const OUTPUT = 1 << 18;
const LONGEST_MATCH = 258;
const END_OF_BLOCK = 256;

/** @see RFC 1951, section 3.2.5 */
const LENGTH_BITS = Uint8Array.from(
  [..."00000000111122223333444455550"].map(Number),
);
const DISTANCE_BITS = Uint8Array.from(
  { length: 30 },
  (_, symbol) => Math.max(0, (symbol >> 1) - 1),
);
const LENGTHS = basesOf(LENGTH_BITS, 3);
LENGTHS[28] = LONGEST_MATCH;
const DISTANCES = basesOf(DISTANCE_BITS, 1);
/** The order of the lengths of the codes of code lengths: section 3.2.7. */
const ORDER = [
  16,
  17,
  18,
  0,
  8,
  7,
  9,
  6,
  10,
  5,
  11,
  4,
  12,
  3,
  13,
  2,
  14,
  1,
  15,
];

/** The least value of each symbol: extra bits add to it. */
function basesOf(extra: Uint8Array, first: number): Uint16Array {
  const bases = new Uint16Array(extra.length);
  let base = first;
  for (let symbol = 0; symbol < extra.length; symbol++) {
    bases[symbol] = base;
    base += 1 << extra[symbol]!;
  }
  return bases;
}

interface Codes {
  readonly literals: HuffmanCode;
  readonly distances: HuffmanCode;
}

let fixedCodes: Codes | undefined;

/** @see RFC 1951, section 3.2.6 */
function fixed(): Codes {
  const lengths = Uint8Array.from(
    { length: 288 },
    (_, symbol) => symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  );
  return fixedCodes ??= {
    literals: new HuffmanCode(lengths),
    distances: new HuffmanCode(new Uint8Array(32).fill(5)),
  };
}

/** Decompresses one stream of Deflate after the other, with one buffer. */
export class Inflater {
  readonly #input: BitReader;
  readonly #output = new Uint8Array(WINDOW + OUTPUT + LONGEST_MATCH);
  /** Where the output ends, and where the part of it begins that was not yielded. */
  #at = 0;
  #from = 0;

  constructor(input: BitReader) {
    this.#input = input;
  }

  /**
   * The output of a stream in parts, each valid until the next one is asked for.
   * What came before an error is yielded first.
   *
   * @throws {DamagedData | EndOfData}
   */
  *stream(): Generator<Uint8Array> {
    this.#at = this.#from = 0;
    let error: unknown;
    try {
      for (let isLast = false; !isLast;) {
        isLast = this.#input.take(1) === 1;
        const kind = this.#input.take(2);
        if (kind === 3) throw new DamagedData("a block has no known type");
        if (kind === 0) yield* this.#stored();
        else yield* this.#compressed(kind === 1 ? fixed() : this.#codes());
      }
      this.#input.alignToByte();
    } catch (caught) {
      error = caught;
    }
    if (this.#at > this.#from) yield* this.#flush();
    if (error !== undefined) throw error;
  }

  /** Yields what was not yielded yet. Only the window is kept of a full buffer. */
  *#flush(): Generator<Uint8Array> {
    yield this.#output.subarray(this.#from, this.#at);
    this.#from = this.#at;
    if (this.#at < WINDOW + OUTPUT) return;
    this.#output.copyWithin(0, this.#at - WINDOW, this.#at);
    this.#at = this.#from = WINDOW;
  }

  *#stored(): Generator<Uint8Array> {
    const input = this.#input;
    input.alignToByte();
    const [a, b, c, d] = [
      input.byte(),
      input.byte(),
      input.byte(),
      input.byte(),
    ];
    if ((a ^ c) !== 0xff || (b ^ d) !== 0xff) {
      throw new DamagedData("the length of a stored block is wrong");
    }
    for (let left = a | b << 8; left > 0; left--) {
      this.#output[this.#at] = input.byte();
      if (++this.#at >= WINDOW + OUTPUT) yield* this.#flush();
    }
  }

  #codes(): Codes {
    const input = this.#input;
    const literals = input.take(5) + 257;
    const distances = input.take(5) + 1;
    const count = input.take(4) + 4;
    if (literals > 286 || distances > 30) {
      throw new DamagedData("a block has too many codes");
    }
    const ofLengths = new Uint8Array(ORDER.length);
    for (const symbol of ORDER.slice(0, count)) {
      ofLengths[symbol] = input.take(3);
    }
    const code = new HuffmanCode(ofLengths);
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) throw new DamagedData("nothing to repeat");
      const value = symbol === 16 ? lengths[at - 1]! : 0;
      const times = symbol === 16
        ? 3 + input.take(2)
        : symbol === 17
        ? 3 + input.take(3)
        : 11 + input.take(7);
      if (at + times > lengths.length) {
        throw new DamagedData("too many lengths");
      }
      lengths.fill(value, at, at += times);
    }
    if (lengths[END_OF_BLOCK] === 0) {
      throw new DamagedData("a block has no end");
    }
    return {
      literals: new HuffmanCode(lengths.subarray(0, literals)),
      distances: new HuffmanCode(lengths.subarray(literals)),
    };
  }

  /** Takes one symbol. @throws {DamagedData | EndOfData} */
  #symbol(code: HuffmanCode): number {
    const input = this.#input;
    while (input.bitCount < 15 && (input.at < input.end || input.refill())) {
      input.bits |= input.bytes[input.at++]! << input.bitCount;
      input.bitCount += 8;
    }
    const entry = code.fast[input.bits & FAST_MASK]! || code.slow(input.bits);
    const length = entry & 15;
    if (length > input.bitCount) throw new EndOfData();
    input.bits >>>= length;
    input.bitCount -= length;
    return entry >>> 4;
  }

  *#compressed(codes: Codes): Generator<Uint8Array> {
    while (!this.#decode(codes)) yield* this.#flush();
  }

  /** Decompresses until the block ends or the buffer is full. @returns whether it ended */
  #decode({ literals, distances }: Codes): boolean {
    const output = this.#output;
    let at = this.#at;
    try {
      while (at < WINDOW + OUTPUT) {
        const symbol = this.#symbol(literals);
        if (symbol < END_OF_BLOCK) output[at++] = symbol;
        else if (symbol === END_OF_BLOCK) return true;
        else {
          const count = this.#extended(symbol - 257, LENGTHS, LENGTH_BITS);
          const distance = this.#extended(
            this.#symbol(distances),
            DISTANCES,
            DISTANCE_BITS,
          );
          if (distance > at) throw new DamagedData("a distance is too long");
          for (const end = at + count; at < end; at++) {
            output[at] = output[at - distance]!;
          }
        }
      }
      return false;
    } finally {
      this.#at = at;
    }
  }

  /** A length or a distance: its least value, and the extra bits that follow it. */
  #extended(symbol: number, bases: Uint16Array, extra: Uint8Array): number {
    if (symbol >= bases.length) {
      throw new DamagedData("a length or a distance is unknown");
    }
    return bases[symbol]! + this.#input.take(extra[symbol]!);
  }
}
