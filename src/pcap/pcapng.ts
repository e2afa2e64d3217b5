/** Reads pcapng: the packets of its blocks. @see draft-ietf-opsawg-pcapng */
import type { ByteQueue } from "./byte_queue.ts";
import { DamagedCapture, lengthOnWire, LONGEST_PACKET } from "./damage.ts";
import { linkKindOf } from "./link_types.ts";
import type { CapturedPacket } from "./packet.ts";
import { type PcapngInterface, pcapngInterface } from "./pcapng_interface.ts";

/** Types of blocks; others are skipped: names, statistics, keys, private ones. */
const SECTION = 0x0a0d0d0a,
  INTERFACE = 1,
  OLD_PACKET = 2,
  SIMPLE_PACKET = 3,
  PACKET = 6;

const MAGIC = 0x1a2b3c4d, MAJOR = 1;
/** Type, length, and the length once more at the end. */
const SHORTEST_BLOCK = 12;
/** Longer ones are damage, bytes: it leaves much room for options and comments. */
const LONGEST_BLOCK = 1 << 24;
const SECTION_FIXED = 16, PACKET_FIXED = 20;

/** Whether a pcapng file begins with these four bytes. */
export function isPcapng(view: DataView, at: number): boolean {
  return view.getUint32(at) === SECTION;
}

/** Reads the blocks of one file from a queue. */
export class PcapngBlocks {
  readonly #input: ByteQueue;
  readonly #packet: CapturedPacket;
  /** Of this section. */
  #isLittleEndian = false;
  #interfaces: PcapngInterface[] = [];
  /** Interfaces in the sections before. */
  #earlierInterfaces = 0;

  constructor(input: ByteQueue, packet: CapturedPacket) {
    this.#input = input;
    this.#packet = packet;
  }

  /**
   * Reads up to and with the next packet.
   *
   * @returns false: more bytes are needed
   * @throws {DamagedCapture} before the block is taken
   */
  next(): boolean {
    const input = this.#input;
    for (;;) {
      const { at, end, view } = input;
      if (end - at < SHORTEST_BLOCK) return false;
      const type = view.getUint32(at, this.#isLittleEndian);
      // Its type reads the same in both byte orders.
      if (type === SECTION) this.#beginSection(view, at);
      const isLittle = this.#isLittleEndian;
      const length = view.getUint32(at + 4, isLittle);
      if (length < SHORTEST_BLOCK || length > LONGEST_BLOCK || length % 4 > 0) {
        throw new DamagedCapture(`a block of ${length} bytes`);
      }
      if (end - at < length) return false;
      const bodyEnd = at + length - 4;
      const again = view.getUint32(bodyEnd, isLittle);
      if (again !== length) {
        throw new DamagedCapture(
          `a block of ${length} bytes at its start and ${again} at its end`,
        );
      }
      const isPacket = this.#take(type, at + 8, bodyEnd);
      input.at = at + length;
      if (isPacket) return true;
    }
  }

  /** Says where the file ends if no whole block is left. */
  get unfinished(): string {
    const { at, end, view } = this.#input;
    const type = end - at < 4 ? 0 : view.getUint32(at, this.#isLittleEndian);
    return type === PACKET || type === SIMPLE_PACKET || type === OLD_PACKET
      ? "in the middle of a packet"
      : "in the middle of a block";
  }

  /** Takes the body of a block. @returns whether it is a packet */
  #take(type: number, from: number, to: number): boolean {
    const { view } = this.#input;
    const isLittle = this.#isLittleEndian;
    switch (type) {
      case PACKET:
        this.#takePacket(from, to, false);
        return true;
      case OLD_PACKET:
        this.#takePacket(from, to, true);
        return true;
      case SIMPLE_PACKET:
        this.#takeSimplePacket(from, to);
        return true;
      case INTERFACE: {
        const index = this.#earlierInterfaces + this.#interfaces.length;
        const described = pcapngInterface(view, from, to, isLittle, index);
        this.#interfaces.push(described);
        return false;
      }
      case SECTION:
        if (to - from < SECTION_FIXED) {
          throw new DamagedCapture("a section whose header is too short");
        }
        this.#earlierInterfaces += this.#interfaces.length;
        this.#interfaces = [];
        return false;
      default:
        return false;
    }
  }

  /** Finds the byte order of the section whose block begins at `at`. */
  #beginSection(view: DataView, at: number): void {
    const isLittle = view.getUint32(at + 8, true) === MAGIC;
    if (!isLittle && view.getUint32(at + 8) !== MAGIC) {
      throw new DamagedCapture("a section without byte order");
    }
    // A shorter block is refused later, for its length.
    if (this.#input.end - at >= SHORTEST_BLOCK + 4) {
      const major = view.getUint16(at + 12, isLittle);
      if (major !== MAJOR) {
        throw new DamagedCapture(
          `pcapng of version ${major}.${view.getUint16(at + 14, isLittle)}`,
        );
      }
    }
    this.#isLittleEndian = isLittle;
  }

  /** An enhanced packet block, or the packet block that came before it. */
  #takePacket(from: number, to: number, isOld: boolean): void {
    const { bytes, view } = this.#input;
    const isLittle = this.#isLittleEndian;
    if (to - from < PACKET_FIXED) {
      throw new DamagedCapture("a packet without a length");
    }
    const number = isOld
      ? view.getUint16(from, isLittle)
      : view.getUint32(from, isLittle);
    const captured = this.#interface(number);
    const kept = view.getUint32(from + 12, isLittle);
    this.#check(kept, to - from - PACKET_FIXED, captured.linkType);
    const packet = this.#packet;
    captured.setTime(
      packet,
      view.getUint32(from + 4, isLittle),
      view.getUint32(from + 8, isLittle),
    );
    packet.isTimed = true;
    packet.bytes = bytes;
    packet.from = from + PACKET_FIXED;
    packet.to = packet.from + kept;
    const length = view.getUint32(from + 16, isLittle);
    packet.wireLength = lengthOnWire(length, kept);
    packet.interface = captured;
  }

  /** A packet of interface 0, without a time. */
  #takeSimplePacket(from: number, to: number): void {
    const { bytes, view } = this.#input;
    if (to - from < 4) throw new DamagedCapture("a packet without a length");
    const captured = this.#interface(0);
    const length = view.getUint32(from, this.#isLittleEndian);
    const kept = captured.mostKept === 0
      ? length
      : Math.min(length, captured.mostKept);
    this.#check(kept, to - from - 4, captured.linkType);
    const packet = this.#packet;
    packet.isTimed = false;
    packet.seconds = packet.nanoseconds = 0;
    packet.bytes = bytes;
    packet.from = from + 4;
    packet.to = packet.from + kept;
    packet.wireLength = lengthOnWire(length, kept);
    packet.interface = captured;
  }

  /** @throws {DamagedCapture} */
  #interface(number: number): PcapngInterface {
    const found = this.#interfaces[number];
    if (found === undefined) {
      throw new DamagedCapture(
        `a packet of interface ${number}, which the section does not describe`,
      );
    }
    return found;
  }

  /** @throws {DamagedCapture} a packet of `kept` bytes cannot be in `room` bytes */
  #check(kept: number, room: number, linkType: number): void {
    const isLong = kept > LONGEST_PACKET && linkKindOf(linkType) !== undefined;
    if (isLong) throw new DamagedCapture(`a packet of ${kept} bytes`);
    if (kept > room) {
      throw new DamagedCapture(
        `a packet of ${kept} bytes in a block that has room for ${room}`,
      );
    }
  }
}
