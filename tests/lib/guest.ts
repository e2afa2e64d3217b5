/** Packets as a virtual machine merges them: each behind a virtio header. */
import {
  type Bytes,
  bytes,
  ethernet,
  ETHERTYPE,
  ipv4,
  ipv6,
  u16,
  VLAN,
} from "./frames.ts";
import type { Random } from "./random.ts";

interface Kind {
  readonly name: string;
  readonly isIpv6: boolean;
  readonly transport: "TCP" | "UDP";
  /** gso_type of struct virtio_net_hdr (linux/virtio_net.h). */
  readonly gsoType: number;
  /** The program tells them from others by the kernel's own struct alone. */
  readonly needsBtf?: boolean;
  readonly source: string;
}

const SOURCE4 = "10.5.5.5";
/** The packets become IP fragments, which the virtio specification calls UFO. */
const UFO = 3;

export const GUEST_PACKETS: readonly Kind[] = [
  {
    name: "TCP over IPv4",
    isIpv6: false,
    transport: "TCP" as const,
    gsoType: 1,
  },
  {
    name: "TCP over IPv6",
    isIpv6: true,
    transport: "TCP" as const,
    gsoType: 4,
  },
  {
    name: "UDP over IPv4",
    isIpv6: false,
    transport: "UDP" as const,
    gsoType: 5,
  },
  {
    name: "UDP over IPv6",
    isIpv6: true,
    transport: "UDP" as const,
    gsoType: 5,
  },
  {
    name: "UDP in fragments of IPv4",
    isIpv6: false,
    transport: "UDP" as const,
    gsoType: UFO,
    needsBtf: true,
  },
  {
    name: "UDP in fragments of IPv6",
    isIpv6: true,
    transport: "UDP" as const,
    gsoType: UFO,
    needsBtf: true,
  },
].map((kind) => ({
  ...kind,
  source: kind.isIpv6 ? "2001:db8::5" : SOURCE4,
}));

/** A tap's packet may be a frame of 64 KiB; fewer fit into the queue of a veth. */
export const MOST_SEGMENTS = 12;

interface Sizes {
  /** The payload of each packet on the wire but the last. */
  readonly segment: number;
  readonly payload: number;
  /** Words of TCP options. */
  readonly options: number;
}

/** Some segments, a shorter last one. */
export function randomSizes(random: Random): Sizes {
  const segment = 8 * (60 + random(110)); // fragments begin at multiples of 8
  const full = 1 + random(MOST_SEGMENTS - 1);
  const payload = segment * full + 1 + random(segment);
  return { segment, payload, options: random(6) };
}

/**
 * @param claimed words of its header by the TCP header's own field
 * @param tags number of VLAN tags
 */
export function guestPacket(
  kind: Kind,
  { segment, payload, options }: Sizes,
  claimed = 5 + options,
  tags = 0,
): Bytes {
  const isTcp = kind.transport === "TCP";
  const transport = isTcp
    ? bytes(
      [0, 80, 4, 0, ...Array(8).fill(1), claimed << 4, 0x10, 1, 0, 0, 0, 0, 0],
      Array(options * 4).fill(1), // no operation
    )
    : bytes([0, 53, 4, 0], u16(8 + payload), [0, 0]);
  const ipOptions = {
    next: isTcp ? 6 : 17,
    payload: transport.length + payload,
  };
  const ip = kind.isIpv6 ? ipv6([5], ipOptions) : ipv4(SOURCE4, ipOptions);
  const start = ip.length - ipOptions.payload;
  ip.set(transport, start);
  const link = ethernet(
    kind.isIpv6 ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4,
    Array(tags).fill(VLAN),
  );
  const NEEDS_CHECKSUM = 1;
  const header = Uint16Array.of(
    NEEDS_CHECKSUM | kind.gsoType << 8,
    link.length + start + transport.length, // hdr_len
    segment,
    link.length + start, // csum_start
    isTcp ? 16 : 6, // csum_offset
  );
  return bytes(new Uint8Array(header.buffer), link, ip);
}
