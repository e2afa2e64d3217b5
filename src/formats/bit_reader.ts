/** Reads bytes and bits of compressed data, in bounded memory. */

const SIZE = 1 << 20;
/** Bytes that are kept from before, to step back into. */
const KEPT = 64;
/** More are kept from a mark on, up to half of the buffer. */
const MOST_KEPT = SIZE / 2;

/** The data end where more are needed. */
export class EndOfData extends Error {
  override readonly name = "EndOfData";
}

/** Fills a buffer from its start. @returns bytes; null: there are no more */
export type ReadInto = (buffer: Uint8Array) => number | null;

/** The inflater takes these fields into local variables, and puts them back. */
export class BitReader {
  readonly #read: ReadInto;
  readonly bytes = new Uint8Array(SIZE);
  /** The next byte, and the end of the bytes that were read. */
  at = 0;
  end = 0;
  /** Bits that were taken out of bytes and not used, the first one lowest. */
  bits = 0;
  bitCount = 0;
  /** Offset of `bytes[0]` in the data. */
  #base = 0;
  /** Where `rewind` steps back to, in the data. */
  #mark = 0;

  constructor(read: ReadInto) {
    this.#read = read;
  }

  /** Keeps the bytes from the next one on, as far as there is room. */
  mark(): void {
    this.#mark = this.offset;
  }

  /** Steps back to the byte behind the mark, if it was kept. */
  rewind(): void {
    this.alignToByte();
    if (this.#mark >= this.#base) this.at = this.#mark + 1 - this.#base;
  }

  /** Offset in the data of the next byte that is not used. */
  get offset(): number {
    return this.#base + this.at - (this.bitCount >>> 3);
  }

  /** Reads more bytes. @returns whether there were any */
  refill(): boolean {
    const marked = this.#base + this.at - this.#mark;
    const kept = Math.min(
      marked <= MOST_KEPT ? Math.max(marked, KEPT) : KEPT,
      this.at,
    );
    this.bytes.copyWithin(0, this.at - kept, this.end);
    this.#base += this.at - kept;
    this.end -= this.at - kept;
    this.at = kept;
    const room = this.bytes.subarray(this.end);
    const length = room.length === 0 ? null : this.#read(room);
    if (length === null) return false;
    this.end += length;
    return length > 0 || this.refill();
  }

  /** Makes whole bytes of bits that were not used available again. */
  alignToByte(): void {
    this.at -= this.bitCount >>> 3;
    this.bits = this.bitCount = 0;
  }

  /** The next bytes without taking them; fewer at the end of the data. */
  peek(length: number): Uint8Array {
    while (this.end - this.at < length && this.refill());
    return this.bytes.subarray(this.at, Math.min(this.at + length, this.end));
  }

  /** Takes one byte. @throws {EndOfData} */
  byte(): number {
    if (this.at === this.end && !this.refill()) throw new EndOfData();
    return this.bytes[this.at++]!;
  }

  /** Takes `count` bits, at most 16. @throws {EndOfData} */
  take(count: number): number {
    while (this.bitCount < count) {
      this.bits |= this.byte() << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bits & (1 << count) - 1;
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }
}
