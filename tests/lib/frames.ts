/** Builds frames for tests; FRAMES has one of each class. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function bytes(...parts: (Uint8Array | number[] | number)[]): Bytes {
  return new Uint8Array(
    parts.flatMap((part) => typeof part === "number" ? [part] : [...part]),
  );
}

export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

export const ETHERTYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  pppoe: 0x8864,
  qinq: 0x88a8,
} as const;

/** Destination ff:…, source 02:…, VLAN tags (outermost first), EtherType. */
export function ethernet(
  type: number,
  tags: { type: number; id: number }[] = [],
): Bytes {
  return bytes(
    Array(6).fill(0xff),
    [2, 0, 0, 0, 0, 1],
    tags.flatMap((tag) => [...u16(tag.type), ...u16(tag.id)]),
    u16(type),
  );
}

export const VLAN = { type: ETHERTYPE.vlan, id: 7 };
export const QINQ = { type: ETHERTYPE.qinq, id: 100 };
const OLD_QINQ = { type: 0x9100, id: 200 };

/** A stack of so many MPLS labels (RFC 3032). */
function labels(count: number): Bytes {
  return bytes(
    ...Array.from(
      { length: count },
      (_, at) => [0, 1 + at, at === count - 1 ? 1 : 0, 64],
    ),
  );
}

/** The header of a PPPoE session (RFC 2516), and the protocol of PPP. */
function pppoe(protocol: number): Bytes {
  return bytes([0x11, 0, 0, 1], u16(30), u16(protocol));
}

interface Ipv4Options {
  version?: number;
  /** Header length in words. */
  ihl?: number;
  /** Fragment offset in units of 8 bytes, with flags. */
  fragment?: number;
  /** The protocol of the payload; UDP without it. */
  next?: number;
  payload?: number;
}

export function ipv4(source: string, options: Ipv4Options = {}): Bytes {
  const { version = 4, ihl = 5, fragment = 0, next = 17, payload = 8 } =
    options;
  const words = Math.max(ihl, 5);
  const packet = bytes(
    version << 4 | ihl,
    0,
    u16(words * 4 + payload),
    u16(1),
    u16(fragment),
    [64, next],
    u16(0),
    source.split(".").map(Number),
    [192, 0, 2, 1],
    Array((words - 5) * 4).fill(1),
    Array(payload).fill(0xaa),
  );
  packet.set(u16(checksum(packet.subarray(0, words * 4))), 10); // bridges look at it
  return packet;
}

/** The internet checksum of RFC 1071. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) {
    sum += header[at]! << 8 | header[at + 1]!;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** @param source sixteen bytes, or the last of them */
export function ipv6(
  source: number[],
  { version = 6, next = 17, payload = 8 }: {
    version?: number;
    next?: number;
    payload?: number;
  } = {},
): Bytes {
  const address = source.length === 16
    ? source
    : [0x20, 0x01, 0x0d, 0xb8, ...Array(12 - source.length).fill(0), ...source];
  return bytes(
    [version << 4, 0, 0, 0],
    u16(payload),
    [next, 64],
    address,
    [0xff, 2, ...Array(13).fill(0), 1],
    Array(payload).fill(0xbb),
  );
}

/** A plain IPv4 packet from `source`, on Ethernet. */
export function ethernetFrame(source: string): Bytes {
  return bytes(ethernet(ETHERTYPE.ipv4), ipv4(source));
}

export interface NamedFrame {
  readonly name: string;
  readonly frame: Bytes;
}

/** At least one Ethernet frame of each class that the parser tells apart. */
export const FRAMES: readonly NamedFrame[] = Object.entries({
  "IPv4": bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.1")),
  "IPv4 with options": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.2", { ihl: 15 }),
  ),
  "IPv4, first fragment": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.3", { fragment: 0x2000 }),
  ),
  "IPv4, later fragment": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.4", { fragment: 185 }),
  ),
  "IPv4 without payload": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.5", { payload: 0 }),
  ),
  "IPv4 in a VLAN": bytes(ethernet(ETHERTYPE.ipv4, [VLAN]), ipv4("10.0.0.6")),
  "IPv4 in QinQ": bytes(
    ethernet(ETHERTYPE.ipv4, [QINQ, VLAN]),
    ipv4("10.0.0.7"),
  ),
  "IPv4 in two 802.1Q tags": bytes(
    ethernet(ETHERTYPE.ipv4, [VLAN, VLAN]),
    ipv4("10.0.0.8"),
  ),
  "IPv4 in three tags": bytes(
    ethernet(ETHERTYPE.ipv4, [QINQ, VLAN, VLAN]),
    ipv4("10.0.0.9"),
  ),
  "IPv4 in four tags": bytes(
    ethernet(ETHERTYPE.ipv4, [OLD_QINQ, QINQ, VLAN, VLAN]),
    ipv4("10.0.0.15"),
  ),
  "IPv4 in five tags": bytes(
    ethernet(ETHERTYPE.ipv4, [QINQ, VLAN, VLAN, VLAN, VLAN]),
    ipv4("10.0.0.16"),
  ),
  "IPv4 behind a label of MPLS": bytes(
    ethernet(ETHERTYPE.mpls),
    labels(1),
    ipv4("10.0.0.17"),
  ),
  "IPv4 behind eight labels, in a VLAN": bytes(
    ethernet(ETHERTYPE.mpls, [VLAN]),
    labels(8),
    ipv4("10.0.0.18"),
  ),
  "IPv4 behind nine labels": bytes(
    ethernet(ETHERTYPE.mpls),
    labels(9),
    ipv4("10.0.0.19"),
  ),
  "no IP behind a label": bytes(ethernet(ETHERTYPE.mpls), labels(1), [0x50]),
  "IPv4 in PPPoE": bytes(
    ethernet(ETHERTYPE.pppoe),
    pppoe(0x21),
    ipv4("10.0.0.20"),
  ),
  "IPv6 in PPPoE, in QinQ": bytes(
    ethernet(ETHERTYPE.pppoe, [QINQ, VLAN]),
    pppoe(0x57),
    ipv6([8]),
  ),
  "LCP in PPPoE": bytes(ethernet(ETHERTYPE.pppoe), pppoe(0xc021), [1, 0]),
  "PPPoE with another code": bytes(
    ethernet(ETHERTYPE.pppoe),
    [0x11, 1],
    pppoe(0x21).subarray(2),
    ipv4("10.0.0.21"),
  ),
  "IPv4 with version 6": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.10", { version: 6 }),
  ),
  "IPv4 with version 0": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.11", { version: 0 }),
  ),
  "IPv4 with IHL 4": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.12", { ihl: 4 }),
  ),
  "IPv4 with IHL 0": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.13", { ihl: 0 }),
  ),
  "IPv4 with options cut off": bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.14", { ihl: 15, payload: 0 }).subarray(0, 24),
  ),
  "IPv6": bytes(ethernet(ETHERTYPE.ipv6), ipv6([1])),
  "IPv6 with hop-by-hop options": bytes(
    ethernet(ETHERTYPE.ipv6),
    ipv6([2], { next: 0, payload: 16 }),
  ),
  "IPv6 fragment": bytes(
    ethernet(ETHERTYPE.ipv6),
    ipv6([3], { next: 44, payload: 16 }),
  ),
  "IPv6 in a VLAN": bytes(ethernet(ETHERTYPE.ipv6, [VLAN]), ipv6([4])),
  "IPv6 in QinQ": bytes(ethernet(ETHERTYPE.ipv6, [QINQ, VLAN]), ipv6([5])),
  "IPv6 with version 4": bytes(
    ethernet(ETHERTYPE.ipv6),
    ipv6([6], { version: 4 }),
  ),
  "IPv6 without payload": bytes(
    ethernet(ETHERTYPE.ipv6),
    ipv6([7], { payload: 0 }),
  ),
  "ARP": bytes(ethernet(ETHERTYPE.arp), Array(28).fill(1)),
  "ARP in a VLAN": bytes(ethernet(ETHERTYPE.arp, [VLAN]), Array(28).fill(1)),
  "EtherType 0": bytes(ethernet(0), Array(46).fill(0)),
  "802.3 length and LLC": bytes(ethernet(38), Array(38).fill(0x42)),
  "nothing behind a VLAN tag": ethernet(ETHERTYPE.ipv4, [VLAN]),
  "nothing behind the header": ethernet(ETHERTYPE.ipv4),
}).map(([name, frame]) => ({ name, frame }));
