/** Reads the bytes of a capture file with the product's reader, whole, for tests. */
import { assert } from "@std/assert";
import { CaptureReader } from "../../src/pcap/capture_reader.ts";
import type { CaptureDamage } from "../../src/pcap/damage.ts";

export interface ReadPacket {
  readonly data: string;
  readonly wireLength: number;
  readonly time: readonly [seconds: number, nanoseconds: number] | undefined;
  readonly linkType: number;
  /** Its index. */
  readonly interface: number;
  readonly name: string | undefined;
  readonly checksumBytes: number;
}

export interface ReadCapture {
  readonly packets: ReadPacket[];
  readonly damage: CaptureDamage | undefined;
}

/** Reads a file in parts whose lengths `next` gives. */
export function readCapture(
  file: Uint8Array,
  next: () => number = () => file.length || 1,
): ReadCapture {
  const reader = new CaptureReader();
  const packets: ReadPacket[] = [];
  for (let at = 0; at < file.length;) {
    const part = file.slice(at, at + next());
    at += part.length;
    reader.add(part);
    part.fill(0xee); // a part is only borrowed
    while (reader.next()) {
      const { packet } = reader;
      packets.push({
        data: packet.bytes.slice(packet.from, packet.to).toHex(),
        wireLength: packet.wireLength,
        time: packet.isTimed ? [packet.seconds, packet.nanoseconds] : undefined,
        linkType: packet.interface.linkType,
        interface: packet.interface.index,
        name: packet.interface.name,
        checksumBytes: packet.interface.checksumBytes,
      });
    }
  }
  reader.end();
  assert(!reader.next());
  return { packets, damage: reader.damage };
}
