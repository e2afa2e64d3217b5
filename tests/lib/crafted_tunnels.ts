/** Tunnels around IP packets, for crafted frames. */
import {
  ethernetAround,
  ipAround,
  type Layers,
  octets,
  one,
  PLAIN_PORT,
  transport,
  typeOf,
  wrap,
  type Wrapped,
} from "./crafted.ts";
import { bytes, u16 } from "./frames.ts";
import type { Random } from "./random.ts";

const ETHERNET_TYPE = 0x6558;

function udpAround(random: Random, port: number, inner: Wrapped): Layers {
  const ports = [PLAIN_PORT + random(999), port] as const;
  const length = u16(8 + inner.bytes.length);
  const header = [...u16(ports[0]), ...u16(ports[1]), ...length, 0, 0];
  const { names, ...all } = wrap(header, inner, "udp");
  return { ...all, names: names.slice(1), protocol: 17, ports };
}

/** Puts GRE before something of a type, with any of its optional fields. */
function greAround(
  random: Random,
  type: number,
  inner: Wrapped,
  name: string,
  sequence: boolean | undefined = random(2) === 0,
): Layers {
  const checksum = random(2) === 0, key = random(2) === 0;
  const flags = (checksum ? 0x80 : 0) | (key ? 0x20 : 0) |
    (sequence ? 0x10 : 0);
  const fields = [checksum, key, sequence].filter((is) => is).length * 4;
  const header = [flags, 0, ...u16(type), ...octets(random, fields)];
  return { ...wrap(header, inner, name), protocol: 47 };
}

/** Every tunnel, by its name: puts it around an IP packet. */
export const TUNNELS: Readonly<
  Record<string, (random: Random, packet: Layers) => Layers>
> = {
  "ip in ip": (_, packet) => ({ ...packet }),
  "gre": (random, packet) => greAround(random, typeOf(packet), packet, "gre"),
  "gre with ethernet": (random, packet) =>
    greAround(
      ...[random, ETHERNET_TYPE, ethernetAround(random, packet)] as const,
      "gre with ethernet",
    ),
  "erspan 1": (random, packet) =>
    greAround(
      ...[random, 0x88be, ethernetAround(random, packet)] as const,
      ...["erspan 1", false] as const,
    ),
  "erspan 2": (random, packet) => {
    const header = [0x10 | random(16), ...octets(random, 7)];
    const inner = wrap(header, ethernetAround(random, packet), "header");
    return greAround(random, 0x88be, inner, "erspan 2", true);
  },
  "erspan 3": (random, packet) => {
    const isIp = random(3) === 0, hasMore = random(2) === 0;
    const last = (isIp ? 2 : 0) << 10 | random(64) << 4 |
      (hasMore ? 1 : 0);
    const header = [
      ...[0x20 | random(16), ...octets(random, 9), ...u16(last)],
      ...octets(random, hasMore ? 8 : 0),
    ];
    const inside = isIp ? packet : ethernetAround(random, packet);
    const inner = wrap(header, inside, "header");
    const name = isIp ? "erspan 3 of ip" : "erspan 3";
    return greAround(random, 0x22eb, inner, name, true);
  },
  "vxlan": (random, packet) => {
    const header = [0x08, 0, 0, 0, ...octets(random, 3), 0];
    const inner = wrap(header, ethernetAround(random, packet), "vxlan");
    return udpAround(random, 4789, inner);
  },
  "geneve": (random, packet) => {
    const isEthernet = random(2) === 0;
    const lengths = Array.from({ length: random(4) }, () => random(4));
    const options = lengths.flatMap((words) => [
      ...[0xff, 0xff, 1, words],
      ...octets(random, words * 4),
    ]);
    const type = isEthernet ? ETHERNET_TYPE : typeOf(packet);
    const header = [
      ...[options.length / 4, 0, ...u16(type), ...octets(random, 3), 0],
      ...options,
    ];
    const inside = isEthernet ? ethernetAround(random, packet) : packet;
    return udpAround(random, 6081, wrap(header, inside, "geneve"));
  },
  "gtp": (random, packet) => {
    const types = Array.from(
      { length: random(5) },
      () => one(random, [0x85, 0xc0, 0x40]),
    );
    const flags = random(4) | (types.length > 0 ? 4 : 0);
    const more = types.map((_, at) => {
      const words = 1 + random(2);
      const content = octets(random, words * 4 - 2);
      return [words, ...content, types[at + 1] ?? 0];
    });
    const fields = flags === 0
      ? []
      : [...octets(random, 3), types[0] ?? 0, ...more.flat()];
    const length = u16(fields.length + packet.bytes.length);
    const header = [0x30 | flags, 0xff, ...length, ...octets(random, 4)];
    const inner = wrap([...header, ...fields], packet, "gtp");
    return udpAround(random, 2152, inner);
  },
  "l2tp": (random, packet) => {
    // Nothing in the packet tells how long cookie and sublayer are.
    const skipped = Array(random(4) * 4).fill(0);
    const header = [0, 3, 0, 0, ...octets(random, 4), ...skipped];
    const frame = bytes(Array(12).fill(2), u16(typeOf(packet)));
    const name = `l2tp, ${skipped.length} more`;
    const inner = wrap(header, wrap(frame, packet, "ethernet"), name);
    return udpAround(random, 1701, inner);
  },
};

/** An IP packet in so many tunnels. */
export function tunnelled(
  random: Random,
  depth: number,
  names: readonly string[] = Object.keys(TUNNELS),
): Layers {
  const inner = transport(random);
  const isLaterFragment = random(8) === 0;
  let packet = ipAround(random, { ...inner, isLaterFragment });
  for (let level = 0; level < depth; level++) {
    const tunnel = TUNNELS[one(random, names)]!;
    packet = ipAround(random, tunnel(random, packet));
  }
  return packet;
}
