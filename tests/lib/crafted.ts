/** Frames made layer by layer from the inside out, with what should be read of them. */
import type { LinkKind } from "../../src/frame/link_kind.ts";
import { type Bytes, bytes, u16 } from "./frames.ts";
import type { Random } from "./random.ts";

/** An IP packet of a frame; offsets are from the frame's start. */
export interface Level {
  readonly family: "ipv4" | "ipv6";
  readonly at: number;
  readonly source: string;
  readonly destination: string;
  readonly dscp: number;
  readonly protocol: number;
  readonly transport: number;
  readonly isLaterFragment: boolean;
  readonly ports: readonly [source: number, destination: number] | undefined;
  readonly tcp: string | undefined;
}

/** A transport header with its payload, or an IP packet in a tunnel's header. */
export interface Layers {
  readonly bytes: Bytes;
  /** The protocol by which an IP header announces it. */
  readonly protocol: number;
  readonly ports?: readonly [source: number, destination: number];
  readonly tcp?: string;
  /** Where it is no whole transport header. */
  readonly isLaterFragment?: boolean;
  /** The packets inside, outermost first. */
  readonly levels: readonly Level[];
  /** The names of its parts, outermost first. */
  readonly names: readonly string[];
}

/** What a link header says. */
export interface LinkFields {
  readonly mac: string | undefined;
  readonly vlan: number | undefined;
  readonly etherType: number;
}

/** A frame, and what should be read of it. */
export interface CraftedFrame extends LinkFields {
  readonly bytes: Bytes;
  readonly kind: LinkKind;
  readonly levels: readonly Level[];
  readonly name: string;
  /** Bytes up to and with the EtherType behind the tags. */
  readonly typeEnd: number;
}

const TYPE = { ipv4: 0x0800, ipv6: 0x86dd };
/** Ports that are none of a tunnel, and that tshark has no dissector for. */
export const PLAIN_PORT = 40_000;

function shifted(levels: readonly Level[], by: number): Level[] {
  return levels.map((level) => ({
    ...level,
    at: level.at + by,
    transport: level.transport + by,
  }));
}

/** Puts a header before layers that are the payload of something. */
export function wrap(
  header: Uint8Array | number[],
  { bytes: inner, levels, names }: Pick<Layers, "bytes" | "levels" | "names">,
  name: string,
) {
  return {
    bytes: bytes(header, inner),
    levels: shifted(levels, header.length),
    names: [name, ...names],
  };
}

/** One of a list. */
export function one<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)]!;
}

export const octets = (random: Random, count: number) =>
  Array.from({ length: count }, () => random(256));

/** A transport header of any protocol, with some bytes behind it. */
export function transport(random: Random): Layers {
  const payload = octets(random, random(20));
  const ports = [PLAIN_PORT + random(999), PLAIN_PORT + random(999)] as const;
  const portBytes = [...u16(ports[0]), ...u16(ports[1])];
  const more = { levels: [], names: [] };
  switch (random(5)) {
    case 0: {
      const flags = random(256);
      const tcp = flags & 4
        ? "rst"
        : flags & 2
        ? flags & 16 ? "synack" : "syn"
        : flags & 1
        ? "fin"
        : "other";
      const rest = [...octets(random, 8), 5 << 4, flags, ...octets(random, 6)];
      const all = bytes(portBytes, rest, payload);
      return { ...more, bytes: all, protocol: 6, ports, tcp };
    }
    case 1: {
      const length = u16(8 + payload.length);
      const all = bytes(portBytes, length, [0, 0], payload);
      return { ...more, bytes: all, protocol: 17, ports };
    }
    case 2: {
      const protocol = one(random, [33, 132, 136]);
      const all = bytes(portBytes, octets(random, 12), payload);
      return { ...more, bytes: all, protocol, ports };
    }
    default: {
      const protocol = one(random, [253, 254]); // for experiments: RFC 3692
      return { ...more, bytes: bytes(octets(random, 8), payload), protocol };
    }
  }
}

/** What the reading should say of a packet whose header is at `at`. */
function level(
  family: Level["family"],
  source: number[],
  destination: number[],
  dscp: number,
  header: number,
  inner: Layers,
): Level {
  const isLaterFragment = inner.isLaterFragment ?? false;
  return {
    family,
    at: 0,
    source: bytes(source).toHex(),
    destination: bytes(destination).toHex(),
    dscp,
    protocol: inner.protocol,
    transport: header,
    isLaterFragment,
    ports: isLaterFragment ? undefined : inner.ports,
    tcp: isLaterFragment ? undefined : inner.tcp,
  };
}

export function ipv4Around(random: Random, inner: Layers): Layers {
  const options = random(3) === 0 ? random(11) : 0;
  const length = 20 + options * 4;
  const source = [10, ...octets(random, 3)];
  const destination = [172, 16, ...octets(random, 2)];
  const tos = random(256);
  const offset = inner.isLaterFragment ? 185 + random(99) : 0;
  const header = bytes(
    [4 << 4 | length / 4, tos],
    u16(length + inner.bytes.length),
    octets(random, 2),
    u16(offset | (random(4) === 0 ? 0x4000 : 0)),
    [64, inner.protocol, 0, 0],
    source,
    destination,
    Array(options * 4).fill(1),
  );
  const own = level("ipv4", source, destination, tos >> 2, length, inner);
  return {
    ...wrap(header, inner, "ipv4"),
    protocol: 4,
    levels: [own, ...shifted(inner.levels, length)],
  };
}

/** Extension headers that are skipped, with what announces the first one. */
function extensions(
  random: Random,
  inner: Layers,
): { first: number; all: Bytes } {
  let first = inner.protocol;
  let all = bytes();
  let left = random(2) === 0 ? 0 : random(7);
  const put = (type: number, header: number[]) => {
    all = bytes(header, all);
    first = type;
    left--;
  };
  // tshark takes what is behind a later fragment for nothing but data.
  if (inner.isLaterFragment) {
    put(44, [first, 0, ...u16((1 + random(999)) << 3), 0, 0, 0, 1]);
  }
  while (left > 0) {
    const size = random(3);
    const type = one(random, [0, 43, 44, 51, 60]);
    const options = [1, size * 8 + 4, ...Array(size * 8 + 4).fill(0)];
    if (type === 44) put(44, [first, 0, 0, 0, 0, 0, 0, 2]);
    else if (type === 51) {
      put(51, [first, 2 + size * 2, 0, 0, ...octets(random, 12 + size * 8)]);
    } else if (type === 43) {
      // A type that nobody uses, with no segments left.
      put(43, [first, size, 253, 0, ...Array(size * 8 + 4).fill(0)]);
    } else put(type, [first, size, ...options]);
  }
  return { first, all };
}

export function ipv6Around(random: Random, inner: Layers): Layers {
  const { first, all } = extensions(random, inner);
  const source = [0x20, 1, 0xd, 0xb8, ...octets(random, 12)];
  const destination = [0xfd, 0, ...octets(random, 14)];
  const trafficClass = random(256);
  const header = bytes(
    [6 << 4 | trafficClass >> 4, (trafficClass & 15) << 4 | random(16)],
    octets(random, 2),
    u16(all.length + inner.bytes.length),
    [first, 64],
    source,
    destination,
    all,
  );
  const own = level(
    ...["ipv6", source, destination, trafficClass >> 2] as const,
    ...[header.length, inner] as const,
  );
  const name = all.length === 0 ? "ipv6" : "ipv6 with extensions";
  return {
    ...wrap(header, inner, name),
    protocol: 41,
    levels: [own, ...shifted(inner.levels, header.length)],
  };
}

export function ipAround(random: Random, inner: Layers): Layers {
  return (random(2) === 0 ? ipv4Around : ipv6Around)(random, inner);
}

/** What an EtherType says of layers that begin with an IP header. */
export function typeOf({ levels }: Pick<Layers, "levels">): number {
  return TYPE[levels[0]!.family];
}

/** Layers that are the payload of something. */
export type Wrapped = Pick<Layers, "bytes" | "levels" | "names">;

/** Puts Ethernet, and perhaps tags, PPPoE or MPLS, before an IP packet. */
export function ethernetAround(
  random: Random,
  packet: Wrapped,
): Wrapped & LinkFields & { typeEnd: number } {
  const mac = [2, ...octets(random, 5)];
  const tags = random(2) === 0 ? [] : Array.from({ length: random(5) }, () => ({
    type: one(random, [0x8100, 0x88a8, 0x9100]),
    word: random(0x10000),
  }));
  const { etherType, ...rest } = before(random, packet);
  const header = bytes(
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    mac,
    ...tags.map(({ type, word }) => [...u16(type), ...u16(word)]),
    u16(etherType),
  );
  const name = tags.length === 0 ? "ethernet" : `${tags.length} tags`;
  return {
    ...wrap(header, rest, name),
    mac: bytes(mac).toHex(),
    vlan: tags.length === 0 ? undefined : tags[0]!.word & 0xfff,
    etherType,
    typeEnd: header.length,
  };
}

/** What may stand between an EtherType and an IP header. */
function before(
  random: Random,
  packet: Wrapped,
): Wrapped & { etherType: number } {
  switch (random(6)) {
    case 0: {
      const protocol = u16(typeOf(packet) === TYPE.ipv4 ? 0x21 : 0x57);
      const length = u16(packet.bytes.length + 2);
      const header = [0x11, 0, ...octets(random, 2), ...length, ...protocol];
      return { ...wrap(header, packet, "pppoe"), etherType: 0x8864 };
    }
    case 1: {
      const count = 1 + random(8);
      const labels = Array.from({ length: count }, (_, at) => [
        // Labels below 16 have meanings, for some of which tshark reads on.
        ...[1 + random(254), random(256)],
        random(128) << 1 | (at === count - 1 ? 1 : 0),
        64,
      ]);
      const wrapped = wrap(labels.flat(), packet, `${count} labels`);
      return { ...wrapped, etherType: one(random, [0x8847, 0x8848]) };
    }
    default:
      return { ...packet, etherType: typeOf(packet) };
  }
}

/** An Ethernet frame around an IP packet. */
export function ethernetFrameOf(random: Random, packet: Wrapped): CraftedFrame {
  const { names, ...frame } = ethernetAround(random, packet);
  return { ...frame, kind: "ethernet", name: names.join(" > ") };
}
