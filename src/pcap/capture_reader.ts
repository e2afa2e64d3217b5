/** Reads capture files, pcap and pcapng, from parts of any length. */
import { ByteQueue } from "./byte_queue.ts";
import { type CaptureDamage, DamagedCapture } from "./damage.ts";
import { CapturedPacket } from "./packet.ts";
import { isPcap, PcapRecords } from "./pcap.ts";
import { isPcapng, PcapngBlocks } from "./pcapng.ts";

/** Bytes that tell the formats apart. */
const MAGIC_LENGTH = 4;

/**
 * Takes the parts of a file, and gives its packets. It keeps no more than a part
 * and a packet. Where the file is damaged, or ends too early, all packets before
 * that have been given; nothing behind it is.
 *
 * @example
 * const reader = new CaptureReader();
 * for (const part of parts) {
 *   reader.add(part);
 *   while (reader.next()) count(reader.packet);
 * }
 * reader.end();
 * if (reader.damage) warn(`${reader.damage.why} at byte ${reader.damage.at}`);
 */
export class CaptureReader {
  /** The packet that `next` found; valid until the next call of any function. */
  readonly packet = new CapturedPacket();
  readonly #input = new ByteQueue();
  #records: PcapRecords | PcapngBlocks | undefined;
  #damage: CaptureDamage | undefined;

  /** Whether it is a capture, as far as its first bytes tell. */
  get isCapture(): boolean {
    return this.#records !== undefined;
  }

  /** Why no more is read; set by any function. */
  get damage(): CaptureDamage | undefined {
    return this.#damage;
  }

  /** Takes the next part of the file; it is copied. */
  add(part: Uint8Array): void {
    if (this.#damage === undefined) this.#input.add(part);
  }

  /** Looks for a packet. @returns false: there is none without another part */
  next(): boolean {
    if (this.#damage !== undefined) return false;
    try {
      this.#records ??= this.#recognize();
      return this.#records !== undefined && this.#records.next();
    } catch (error) {
      if (!(error instanceof DamagedCapture)) throw error;
      this.#damage = { at: this.#input.offset, why: error.message };
      return false;
    }
  }

  /** The file ends: call it when `next` finds no more. */
  end(): void {
    const { at, end, offset } = this.#input;
    if (this.#damage !== undefined) return;
    if (this.#records === undefined) {
      const why = end === 0 ? "it is empty" : NOT_A_CAPTURE;
      this.#damage = { at: 0, why };
    } else if (at < end) {
      const why = `the file ends ${this.#records.unfinished}`;
      this.#damage = { at: offset, why };
    }
  }

  /** The file cannot be read on: what gunzip says. */
  breakOff({ at, why }: CaptureDamage): void {
    this.#damage ??= { at, why };
  }

  /** @throws {DamagedCapture} it is no capture file */
  #recognize(): PcapRecords | PcapngBlocks | undefined {
    const { at, end, view } = this.#input;
    if (end - at < MAGIC_LENGTH) return undefined;
    if (isPcap(view, at)) return new PcapRecords(this.#input, this.packet);
    if (isPcapng(view, at)) return new PcapngBlocks(this.#input, this.packet);
    throw new DamagedCapture(NOT_A_CAPTURE);
  }
}

const NOT_A_CAPTURE = "it is neither pcap nor pcapng";
