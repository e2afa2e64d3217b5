/** Decompresses captures, and goes on behind what is damaged. */
import { crc32 } from "node:zlib";
import { BitReader, EndOfData, type ReadInto } from "./bit_reader.ts";
import { DEFLATE, HEADER_SIZE, isHeader, MAGIC } from "./gzip_member.ts";
import { DamagedData } from "./huffman.ts";
import { Inflater } from "./inflate.ts";

/** A part of the data that could not be decompressed. */
export interface Damage {
  /** Offset in the compressed data where it was noticed. */
  readonly at: number;
  readonly why: string;
  /** Bytes between there and where decompression goes on. */
  readonly skipped: number;
}

const HAS_SUM = 2,
  HAS_EXTRA = 4,
  HAS_NAME = 8,
  HAS_COMMENT = 16,
  RESERVED = 0xe0;

/**
 * Decompresses members of gzip, and yields all that comes out of them, also in
 * front of an error. Behind an error it goes on at the next member that xdptally
 * wrote. A part is valid until the next one is asked for. Zeros behind the last
 * member are padding, as for gzip(1).
 *
 * @see RFC 1952, section 2.3
 */
export function* gunzip(read: ReadInto): Generator<Uint8Array | Damage> {
  const input = new BitReader(read);
  const inflater = new Inflater(input);
  for (let isFirst = true; input.peek(1).length > 0; isFirst = false) {
    const { offset } = input;
    if (!isFirst && skipZeros(input)) {
      if (input.peek(1).length === 0) return;
      skipToMember(input);
      yield {
        at: offset,
        why: "damaged gzip (no gzip begins here)",
        skipped: input.offset - offset,
      };
      continue;
    }
    input.mark();
    try {
      skipHeader(input);
      yield* member(input, inflater);
    } catch (error) {
      const isEnd = error instanceof EndOfData;
      if (!isEnd && !(error instanceof DamagedData)) throw error;
      const noticed = input.offset;
      // Damaged data may be read for data up to behind the next member's start.
      input.rewind();
      skipToMember(input);
      const resumed = input.offset;
      const isCutOff = isEnd && input.peek(1).length === 0;
      yield isCutOff
        ? {
          at: resumed,
          why: "the file ends in the middle of a record",
          skipped: 0,
        }
        : {
          at: Math.min(noticed, resumed),
          why: `damaged gzip (${
            isEnd ? "a member has no end" : error.message
          })`,
          skipped: Math.max(0, resumed - noticed),
        };
    }
  }
}

/** Yields the contents of a member; its header is read. */
function* member(input: BitReader, inflater: Inflater): Generator<Uint8Array> {
  let sum = 0, length = 0;
  for (const part of inflater.stream()) {
    sum = crc32(part, sum);
    length = length + part.length >>> 0;
    yield part;
  }
  const isRight = u32(input) === sum;
  if (u32(input) !== length || !isRight) {
    throw new DamagedData(
      "a checksum is wrong: what came before it may be bent",
    );
  }
}

/** @throws {DamagedData | EndOfData} */
function skipHeader(input: BitReader): void {
  const start = input.peek(3);
  const wanted = [...MAGIC, DEFLATE].slice(0, start.length);
  if (!wanted.every((byte, at) => start[at] === byte)) {
    throw new DamagedData("no gzip begins here");
  }
  for (let byte = 0; byte < 3; byte++) input.byte();
  const flags = input.byte();
  if ((flags & RESERVED) !== 0) throw new DamagedData("a header is unknown");
  for (let byte = 0; byte < 6; byte++) input.byte();
  if ((flags & HAS_EXTRA) !== 0) {
    for (let left = u16(input); left > 0; left--) input.byte();
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) !== 0) { while (input.byte() !== 0); }
  }
  if ((flags & HAS_SUM) !== 0) u16(input);
}

function u16(input: BitReader): number {
  return input.byte() | input.byte() << 8;
}

function u32(input: BitReader): number {
  return (u16(input) | u16(input) << 16) >>> 0;
}

/** @returns whether there were any */
function skipZeros(input: BitReader): boolean {
  const { offset } = input;
  while (input.peek(1)[0] === 0) input.byte();
  return input.offset > offset;
}

/** Skips to the next member that xdptally wrote, or to the end. */
function skipToMember(input: BitReader): void {
  for (;;) {
    const bytes = input.peek(HEADER_SIZE);
    if (bytes.length === 0 || isHeader(bytes)) return;
    // Only a byte that begins one is worth a look.
    const next = input.bytes.subarray(input.at + 1, input.end)
      .indexOf(MAGIC[0]);
    input.at = next < 0 ? input.end : input.at + 1 + next;
  }
}
