/** Makes the bytes of capture files, in any variant that a program may write. */
import { type Bytes, bytes } from "./frames.ts";

/** A packet as a file has it. */
export interface MadePacket {
  readonly data: Uint8Array;
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Numbers in one byte order. */
export class Numbers {
  readonly #isLittle: boolean;

  constructor(isLittle: boolean) {
    this.#isLittle = isLittle;
  }

  u16(...values: number[]): Bytes {
    const view = new DataView(new ArrayBuffer(values.length * 2));
    values.forEach((value, at) =>
      view.setUint16(at * 2, value, this.#isLittle)
    );
    return new Uint8Array(view.buffer);
  }

  u32(...values: number[]): Bytes {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, at) =>
      view.setUint32(at * 4, value, this.#isLittle)
    );
    return new Uint8Array(view.buffer);
  }

  /** A 64-bit number as two words, the upper one first in either byte order. */
  halves(value: bigint): Bytes {
    return this.u32(Number(value >> 32n), Number(value & 0xffff_ffffn));
  }

  i64(value: bigint): Bytes {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, value, this.#isLittle);
    return new Uint8Array(view.buffer);
  }
}

export interface PcapVariant {
  readonly isLittle?: boolean;
  readonly magic?: number;
  readonly version?: [major: number, minor: number];
  /** The whole word: with the length of checksums. */
  readonly link?: number;
  /** Writes the two lengths the other way round, as before version 2.3. */
  readonly isSwapped?: boolean;
}

export const MICROSECONDS = 0xa1b2c3d4,
  NANOSECONDS = 0xa1b23c4d,
  PATCHED = 0xa1b2cd34;

/** The parts of a pcap file: its header, then the packets. */
export function pcapParts(
  packets: readonly MadePacket[],
  {
    isLittle = true,
    magic = MICROSECONDS,
    version = [2, 4],
    link = 1,
    isSwapped = false,
  }: PcapVariant = {},
): Bytes[] {
  const { u16, u32 } = bound(isLittle);
  const unit = magic === NANOSECONDS ? 1 : 1000;
  return [
    bytes(u32(magic), u16(...version), u32(0, 0, 65535, link)),
    ...packets.map(({ data, wireLength, seconds, nanoseconds }) =>
      bytes(
        u32(seconds, Math.floor(nanoseconds / unit)),
        isSwapped ? u32(wireLength, data.length) : u32(data.length, wireLength),
        magic === PATCHED ? u32(3, 0x08000100) : [],
        data,
      )
    ),
  ];
}

function bound(isLittle: boolean) {
  const numbers = new Numbers(isLittle);
  return {
    u16: (...values: number[]) => numbers.u16(...values),
    u32: (...values: number[]) => numbers.u32(...values),
  };
}

/** Makes the blocks of one section of pcapng. */
export class Blocks {
  readonly numbers: Numbers;

  constructor(isLittle: boolean) {
    this.numbers = new Numbers(isLittle);
  }

  block(type: number, ...body: (Uint8Array | number[])[]): Bytes {
    const content = padded(bytes(...body));
    const length = content.length + 12;
    const { numbers } = this;
    return bytes(
      numbers.u32(type, length),
      content,
      numbers.u32(length),
    );
  }

  section(major = 1, minor = 0): Bytes {
    const { numbers } = this;
    return this.block(
      0x0a0d0d0a,
      numbers.u32(0x1a2b3c4d),
      numbers.u16(major, minor),
      numbers.u32(0xffff_ffff, 0xffff_ffff),
    );
  }

  interface(
    linkType: number,
    { mostKept = 0, options = [] }: {
      mostKept?: number;
      options?: readonly (readonly [code: number, value: Uint8Array])[];
    } = {},
  ): Bytes {
    const { numbers } = this;
    return this.block(
      1,
      numbers.u16(linkType, 0),
      numbers.u32(mostKept),
      ...options.map((option) => this.option(...option)),
      options.length === 0 ? [] : numbers.u32(0),
    );
  }

  option(code: number, value: Uint8Array): Bytes {
    return bytes(this.numbers.u16(code, value.length), padded(value));
  }

  /** @param count the time in units of the interface */
  packet(
    number: number,
    count: bigint,
    { data, wireLength }: MadePacket,
    ...options: Uint8Array[]
  ): Bytes {
    const { numbers } = this;
    return this.block(
      6,
      numbers.u32(number),
      numbers.halves(count),
      numbers.u32(data.length, wireLength),
      padded(data),
      ...options,
    );
  }

  /** The packet block that came before the enhanced one. */
  oldPacket(
    number: number,
    count: bigint,
    { data, wireLength }: MadePacket,
  ): Bytes {
    const { numbers } = this;
    return this.block(
      2,
      numbers.u16(number, 7),
      numbers.halves(count),
      numbers.u32(data.length, wireLength),
      data,
    );
  }

  /** @param data as many bytes as the interface keeps */
  simplePacket({ data, wireLength }: MadePacket): Bytes {
    return this.block(3, this.numbers.u32(wireLength), data);
  }
}

function padded(content: Uint8Array): Bytes {
  return bytes(content, Array(-content.length & 3).fill(0));
}
