/** The packets of a capture file that can be read: those of known link types. */
import type { LinkKind } from "../frame/link_kind.ts";
import { CaptureReader } from "../pcap/capture_reader.ts";
import { linkKindOf, linkTypeName } from "../pcap/link_types.ts";
import type { CapturedInterface, CapturedPacket } from "../pcap/packet.ts";

/** Later times have no four-digit year: the file is damaged, or its clock was. Seconds. */
const END_OF_TIME = Date.UTC(10_000, 0) / 1000;

/**
 * Goes through the packets of one file, and counts what it leaves out.
 *
 * @example
 * const packets = new ReadablePackets();
 * packets.reader.add(part);
 * while (packets.next()) count(packets.packet, packets.kind);
 */
export class ReadablePackets {
  readonly reader = new CaptureReader();
  readonly packet: CapturedPacket = this.reader.packet;
  /** What the packet starts with. */
  kind: LinkKind = "ethernet";
  /** End of its captured bytes, and its length on the wire, without a checksum. */
  to = 0;
  length = 0;
  /** Whether its time can be used. */
  isTimed = false;
  /** Packets so far that could be read, and those of them without a time. */
  count = 0;
  untimed = 0;
  /** Packets that were left out, by the name of their link type. */
  readonly refused = new Map<string, number>();
  /** Of the packet before, and what its packets start with. */
  #interface: CapturedInterface | undefined;
  #kind: LinkKind | undefined;

  /** The link type of the packet. */
  get linkType(): string {
    return linkTypeName(this.packet.interface.linkType);
  }

  /** Looks for a packet. @returns false: there is none without another part */
  next(): boolean {
    const { reader, packet } = this;
    for (;;) {
      if (!reader.next()) return false;
      const { interface: captured } = packet;
      if (captured !== this.#interface) {
        this.#interface = captured;
        this.#kind = linkKindOf(captured.linkType);
      }
      if (this.#kind === undefined) {
        const { linkType } = this;
        this.refused.set(linkType, (this.refused.get(linkType) ?? 0) + 1);
        continue;
      }
      this.kind = this.#kind;
      this.to = packet.to;
      this.length = packet.wireLength;
      if (captured.checksumBytes > 0) this.#removeChecksum();
      const { seconds } = packet;
      this.isTimed = packet.isTimed && seconds >= 0 && seconds < END_OF_TIME;
      this.count++;
      if (!this.isTimed) this.untimed++;
      return true;
    }
  }

  #removeChecksum(): void {
    const { packet } = this;
    const { checksumBytes } = packet.interface;
    this.length = Math.max(0, packet.wireLength - checksumBytes);
    this.to = Math.min(packet.to, packet.from + this.length);
  }
}
