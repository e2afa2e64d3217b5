/** Frames of every kind of link around an IP packet. */
import type { LinkKind } from "../../src/frame/link_kind.ts";
import {
  type CraftedFrame,
  ethernetFrameOf,
  type Layers,
  one,
  typeOf,
} from "./crafted.ts";
import { bytes, u16 } from "./frames.ts";
import type { Random } from "./random.ts";

/** A link type of each kind, for capture files. */
export const LINK_TYPE_OF: Readonly<Record<LinkKind, number>> = {
  ethernet: 1,
  ip: 101,
  ipv4: 228,
  ipv6: 229,
  cooked: 113,
  cooked2: 276,
  loopback: 0,
  ppp: 9,
  hdlc: 50,
};

/** Puts the header of a link, which may vary, before an IP packet. */
export function frameOn(
  kind: LinkKind,
  random: Random,
  packet: Layers,
): CraftedFrame {
  if (kind === "ethernet") return ethernetFrameOf(random, packet);
  const type = typeOf(packet);
  const isIpv4 = type === 0x0800;
  const made = (
    header: number[],
    typeEnd = header.length,
    mac?: string,
  ): CraftedFrame => ({
    bytes: bytes(header, packet.bytes),
    kind,
    levels: packet.levels.map((level) => ({
      ...level,
      at: level.at + header.length,
      transport: level.transport + header.length,
    })),
    name: [kind, ...packet.names].join(" > "),
    typeEnd,
    mac,
    vlan: undefined,
    etherType: type,
  });
  const mac = Array.from({ length: 6 }, () => random(256));
  const hardware = one(random, [1, 1, 772, 65534]);
  const known = hardware === 1 ? bytes(mac).toHex() : undefined;
  switch (kind) {
    case "ip":
      return made([], 1);
    case "ipv4":
    case "ipv6": {
      const fits = isIpv4 === (kind === "ipv4");
      return fits ? made([], 1) : frameOn("ip", random, packet);
    }
    case "cooked":
      return made(
        [
          ...[0, random(5), ...u16(hardware), 0, 6, ...mac, 0, 0],
          ...u16(type),
        ],
        16,
        known,
      );
    case "cooked2":
      return made(
        [
          ...[...u16(type), 0, 0, 0, 0, 0, random(9), ...u16(hardware)],
          ...[random(5), 6, ...mac, 0, 0],
        ],
        20,
        known,
      );
    case "loopback": {
      const family = isIpv4 ? 2 : one(random, [10, 24, 28, 30]);
      return made(
        random(2) === 0 ? [family, 0, 0, 0] : [0, 0, 0, family],
      );
    }
    case "ppp": {
      const protocol = isIpv4 ? 0x21 : 0x57;
      const framing = random(2) === 0 ? [] : [0xff, 0x03];
      const isShort = random(2) === 0;
      const header = [...framing, ...isShort ? [protocol] : u16(protocol)];
      return made(header, Math.max(header.length, 2));
    }
    case "hdlc":
      return made(
        random(2) === 0
          ? [0xff, 0x03, ...u16(isIpv4 ? 0x21 : 0x57)]
          : [one(random, [0x0f, 0x8f]), 0, ...u16(type)],
      );
  }
}
