/** Reads libpcap's classic format. @see draft-ietf-opsawg-pcap, pcap-savefile(5) */
import type { ByteQueue } from "./byte_queue.ts";
import { DamagedCapture, lengthOnWire, LONGEST_PACKET } from "./damage.ts";
import { linkKindOf } from "./link_types.ts";
import type { CapturedInterface, CapturedPacket } from "./packet.ts";

const FILE_HEADER = 24, RECORD_HEADER = 16;
/** Kuznetsov's patch adds interface, protocol and direction to each record. */
const PATCHED_RECORD_HEADER = 24;
const MAJOR = 2, MINOR = 4;
/** Up to this minor version some programs wrote the two lengths the other way round. */
const LAST_SWAPPED_MINOR = 3;

/** Fields of the word that has the link type. */
const LINK_TYPE = 0x03ff_ffff,
  HAS_CHECKSUM_LENGTH = 0x0400_0000,
  CHECKSUM_SHIFT = 28;

/** Packets of link types that cannot be read may have this length, bytes. */
const LONGEST_OTHER = 1 << 24;

interface Variant {
  /** Nanoseconds in a unit of the time's second word. */
  readonly unit: number;
  readonly recordHeader: number;
}

/** By the first four bytes, as a number in the byte order of the file. */
const VARIANTS: Readonly<Record<number, Variant>> = {
  0xa1b2c3d4: { unit: 1000, recordHeader: RECORD_HEADER },
  0xa1b23c4d: { unit: 1, recordHeader: RECORD_HEADER },
  0xa1b2cd34: { unit: 1000, recordHeader: PATCHED_RECORD_HEADER },
};

/** Whether a pcap file begins with these four bytes. */
export function isPcap(view: DataView, at: number): boolean {
  return view.getUint32(at) in VARIANTS || view.getUint32(at, true) in VARIANTS;
}

/** Reads the records of one file from a queue. */
export class PcapRecords {
  readonly #input: ByteQueue;
  readonly #packet: CapturedPacket;
  #isStarted = false;
  #isLittleEndian = false;
  #unit = 1;
  #recordHeader = RECORD_HEADER;
  #minor = MINOR;
  #longest = LONGEST_PACKET;

  constructor(input: ByteQueue, packet: CapturedPacket) {
    this.#input = input;
    this.#packet = packet;
  }

  /**
   * Reads the next packet.
   *
   * @returns false: more bytes are needed
   * @throws {DamagedCapture} before the record is taken
   */
  next(): boolean {
    if (!this.#isStarted && !this.#start()) return false;
    const input = this.#input;
    const { at, view } = input;
    const isLittle = this.#isLittleEndian;
    const from = at + this.#recordHeader;
    if (from > input.end) return false;
    let kept = view.getUint32(at + 8, isLittle);
    let length = view.getUint32(at + 12, isLittle);
    if (this.#minor <= LAST_SWAPPED_MINOR && kept > length) {
      [kept, length] = [length, kept];
    }
    if (kept > this.#longest) {
      throw new DamagedCapture(`a packet of ${kept} bytes`);
    }
    if (kept === 0 && length === 0) this.#refuseFileHeader();
    const to = from + kept;
    if (to > input.end) return false;
    const onWire = lengthOnWire(length, kept);
    const packet = this.#packet;
    const seconds = view.getUint32(at, isLittle);
    const nanoseconds = view.getUint32(at + 4, isLittle) * this.#unit;
    // Some programs write a second's worth or more here.
    const carried = Math.floor(nanoseconds / 1e9);
    packet.seconds = seconds + carried;
    packet.nanoseconds = nanoseconds - carried * 1e9;
    packet.bytes = input.bytes;
    packet.from = from;
    packet.to = to;
    packet.wireLength = onWire;
    input.at = to;
    return true;
  }

  /** Says what the file lacks where it ends before a whole record. */
  get unfinished(): string {
    return this.#isStarted ? "in the middle of a packet" : "in its header";
  }

  /** Reads the header of the file. @returns false: more bytes are needed */
  #start(): boolean {
    const { at, end, view } = this.#input;
    if (end - at < FILE_HEADER) return false;
    const isLittle = view.getUint32(at, true) in VARIANTS;
    const variant = VARIANTS[view.getUint32(at, isLittle)]!;
    const major = view.getUint16(at + 4, isLittle);
    const minor = view.getUint16(at + 6, isLittle);
    if (major !== MAJOR || minor > MINOR) {
      throw new DamagedCapture(`pcap of version ${major}.${minor}`);
    }
    const link = view.getUint32(at + 20, isLittle);
    const linkType = link & LINK_TYPE;
    const checksumBytes = (link & HAS_CHECKSUM_LENGTH) === 0
      ? 0
      : (link >>> CHECKSUM_SHIFT) * 2;
    const captured: CapturedInterface = {
      index: 0,
      name: undefined,
      linkType,
      checksumBytes,
    };
    this.#packet.interface = captured;
    this.#packet.isTimed = true;
    this.#isLittleEndian = isLittle;
    this.#unit = variant.unit;
    this.#recordHeader = variant.recordHeader;
    this.#minor = minor;
    this.#longest = linkKindOf(linkType) === undefined
      ? LONGEST_OTHER
      : LONGEST_PACKET;
    this.#input.at += FILE_HEADER;
    this.#isStarted = true;
    return true;
  }

  /**
   * The header of a second file, put behind the first by cat(1), looks like a packet
   * without bytes.
   *
   * @throws {DamagedCapture}
   */
  #refuseFileHeader(): void {
    const { at, view } = this.#input;
    if (!isPcap(view, at)) return;
    const isLittle = view.getUint32(at, true) in VARIANTS;
    if (view.getUint16(at + 4, isLittle) === MAJOR) {
      throw new DamagedCapture("another file begins here");
    }
  }
}
