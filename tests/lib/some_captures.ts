/** Capture files with random packets, and what should be read of them. */
import {
  Blocks,
  type MadePacket,
  MICROSECONDS,
  NANOSECONDS,
  PATCHED,
  pcapParts,
} from "./capture_bytes.ts";
import type { Random } from "./random.ts";
import type { ReadPacket } from "./read_capture.ts";

export function somePackets(random: Random, count: number): MadePacket[] {
  return Array.from({ length: count }, () => {
    const length = random(8) === 0 ? 0 : random(60);
    return {
      data: Uint8Array.from({ length }, () => random(256)),
      wireLength: length + (random(2) === 0 ? 0 : random(1500)),
      seconds: random(0xffff_ffff),
      nanoseconds: random(1_000_000) * 1000,
    };
  });
}

/** What should be read of a packet that was made. */
export function expected(
  { data, wireLength, seconds, nanoseconds }: MadePacket,
  more: Partial<ReadPacket> = {},
): ReadPacket {
  return {
    data: data.toHex(),
    wireLength,
    time: [seconds, nanoseconds],
    linkType: 1,
    interface: 0,
    name: undefined,
    checksumBytes: 0,
    ...more,
  };
}

/** A file and the packets in it, with the offset at which each one ends. */
interface MadeFile {
  readonly parts: readonly Uint8Array[];
  readonly packets: readonly { at: number; read: ReadPacket }[];
}

/** Adds parts to a file; those that are packets say how they should read. */
class FileMaker implements MadeFile {
  readonly parts: Uint8Array[] = [];
  readonly packets: { at: number; read: ReadPacket }[] = [];
  #length = 0;

  add(part: Uint8Array, read?: ReadPacket): void {
    this.parts.push(part);
    this.#length += part.length;
    if (read !== undefined) this.packets.push({ at: this.#length, read });
  }
}

export function somePcap(random: Random): MadeFile {
  const file = new FileMaker();
  const packets = somePackets(random, 12);
  const magic = [MICROSECONDS, NANOSECONDS, PATCHED][random(3)]!;
  const isLittle = random(2) === 0;
  const [header, ...records] = pcapParts(packets, { isLittle, magic });
  file.add(header!);
  records.forEach((record, at) => file.add(record, expected(packets[at]!)));
  return file;
}

/** Sections of either byte order, with blocks of every type in any order. */
export function somePcapng(random: Random): MadeFile {
  const file = new FileMaker();
  let earlier = 0;
  for (let sections = 1 + random(3); sections > 0; sections--) {
    const blocks = new Blocks(random(2) === 0);
    file.add(blocks.section(1, random(2) * 2));
    const interfaces: { resolution: number; name: string | undefined }[] = [];
    for (const packet of somePackets(random, 12)) {
      const kind = interfaces.length === 0 ? 0 : random(7);
      const number = random(interfaces.length || 1);
      const { resolution = 6, name } = interfaces[number] ?? {};
      const more = { interface: earlier + number, name };
      const count = BigInt(packet.seconds) * 10n ** BigInt(resolution) +
        BigInt(packet.nanoseconds) / 10n ** BigInt(9 - resolution);
      if (kind === 0) {
        const resolution = [6, 9, 6][random(3)]!;
        const name = ["eth0", "ö", undefined][random(3)];
        interfaces.push({ resolution, name });
        file.add(blocks.interface(1, {
          options: [
            ...name === undefined
              ? []
              : [[2, new TextEncoder().encode(name)] as const],
            ...resolution === 6 && random(2) === 0
              ? []
              : [[9, Uint8Array.of(resolution)] as const],
            [3, new Uint8Array(random(6))],
          ],
        }));
      } else if (kind === 1) {
        // Names, statistics, keys, a custom one, and one of an unknown type.
        const type = [4, 5, 10, 0xbad, 0x4000_0000 + random(99)][random(5)]!;
        file.add(blocks.block(type, new Uint8Array(random(40))));
      } else if (kind === 2) {
        const whole = { ...packet, wireLength: packet.data.length };
        file.add(
          blocks.simplePacket(whole),
          expected(whole, {
            time: undefined,
            interface: earlier,
            name: interfaces[0]!.name,
          }),
        );
      } else if (kind === 3) {
        file.add(
          blocks.oldPacket(number, count, packet),
          expected(packet, more),
        );
      } else {
        file.add(
          blocks.packet(
            number,
            count,
            packet,
            ...random(2) === 0 ? [] : [blocks.option(1, new Uint8Array(7))],
          ),
          expected(packet, more),
        );
      }
    }
    earlier += interfaces.length;
  }
  return file;
}
