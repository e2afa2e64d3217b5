/** Reads what stands before an IP header: link headers, tags, PPPoE, MPLS. */
import type { LinkKind } from "./link_kind.ts";
import { u16 } from "./numbers.ts";
import { ABSENT, LLC, UNKNOWN_TYPE } from "./reading.ts";

/** In place of the offset of an IP header. */
const NOT_IP = -1;
export const CUT_OFF = -2;

const ETHERNET = 14, MOST_TAGS = 4, MOST_LABELS = 8;
const SLL = 16, SLL2 = 20;
/** Lower numbers in the place of an EtherType are lengths (IEEE 802.3). */
const LEAST_TYPE = 0x600;
export const IPV4_TYPE = 0x0800, IPV6_TYPE = 0x86dd;
const PPPOE_TYPE = 0x8864, MPLS_TYPE = 0x8847, MPLS_MULTICAST_TYPE = 0x8848;
const PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057;
/** linux/if_arp.h */
const ARPHRD_ETHER = 1;
/** AF_INET; AF_INET6 of Linux, NetBSD, FreeBSD, Darwin. */
const AF_INET = 2, AF_INET6 = [10, 24, 28, 30];

/** Finds the IP header of a frame, at whatever depth. */
export class LinkHeader {
  /** The IP version that the header before it announces. */
  version: 4 | 6 = 4;
  /** What the link says of the frame; see FrameReading. */
  mac = ABSENT;
  vlan = ABSENT;
  /** ABSENT: the frame is cut off before it. */
  etherType = ABSENT;

  /**
   * Reads what frames of a capture, or of an interface, start with.
   *
   * @returns the offset of the IP header; CUT_OFF; below 0: there is none
   */
  read(bytes: Uint8Array, from: number, to: number, kind: LinkKind): number {
    if (kind === "ethernet") return this.readEthernet(bytes, from, to);
    this.mac = this.vlan = this.etherType = ABSENT;
    switch (kind) {
      case "ip":
        return this.readVersion(bytes, from, to);
      case "ipv4":
        return from < to ? this.#is(4, from) : CUT_OFF;
      case "ipv6":
        return from < to ? this.#is(6, from) : CUT_OFF;
      case "cooked":
        return this.#cooked(bytes, from, to, SLL, 2, 14);
      case "cooked2":
        return this.#cooked(bytes, from, to, SLL2, 8, 0);
      case "loopback":
        return this.#loopback(bytes, from, to);
      case "ppp":
        return this.#ppp(bytes, from, to);
      case "hdlc":
        return this.#hdlc(bytes, from, to);
    }
  }

  /** An Ethernet frame, also one in a tunnel. @returns as `read` */
  readEthernet(bytes: Uint8Array, from: number, to: number): number {
    this.mac = this.vlan = this.etherType = ABSENT;
    if (to - from < ETHERNET) return CUT_OFF;
    this.mac = from + 6;
    return this.#typed(bytes, from + 12, from + ETHERNET, to);
  }

  /** A packet without a link header, by its version. @returns as `read` */
  readVersion(bytes: Uint8Array, at: number, to: number): number {
    if (at >= to) return CUT_OFF;
    const version = bytes[at]! >> 4;
    return version === 4 || version === 6
      ? this.#is(version, at)
      : this.#unknown();
  }

  /** The frame's link says that it is IP. */
  #is(version: 4 | 6, at: number): number {
    this.version = version;
    this.etherType = version === 4 ? IPV4_TYPE : IPV6_TYPE;
    return at;
  }

  /** The frame's link says that it is not IP, and has no EtherType. */
  #unknown(): number {
    this.etherType = UNKNOWN_TYPE;
    return NOT_IP;
  }

  /** @param typeAt offset of the EtherType of what is at `at` */
  #typed(bytes: Uint8Array, typeAt: number, at: number, to: number): number {
    let type = u16(bytes, typeAt);
    for (let tags = 0; isTag(type); tags++) {
      if (tags === MOST_TAGS) break;
      if (at + 4 > to) return CUT_OFF;
      if (tags === 0) this.vlan = u16(bytes, at) & 0xfff;
      type = u16(bytes, at + 2);
      at += 4;
    }
    this.etherType = type < LEAST_TYPE ? LLC : type;
    switch (type) {
      case IPV4_TYPE:
        this.version = 4;
        return at;
      case IPV6_TYPE:
        this.version = 6;
        return at;
      case PPPOE_TYPE:
        return this.#pppoe(bytes, at, to);
      case MPLS_TYPE:
      case MPLS_MULTICAST_TYPE:
        return this.#mpls(bytes, at, to);
      default:
        return NOT_IP;
    }
  }

  /** @see RFC 2516, section 4 */
  #pppoe(bytes: Uint8Array, at: number, to: number): number {
    const HEADER = 6, VERSION_AND_TYPE = 0x11, SESSION_DATA = 0;
    if (at + HEADER + 2 > to) return CUT_OFF;
    const isData = bytes[at] === VERSION_AND_TYPE &&
      bytes[at + 1] === SESSION_DATA;
    if (!isData) return NOT_IP;
    return this.#pppProtocol(u16(bytes, at + HEADER), at + HEADER + 2);
  }

  #pppProtocol(protocol: number, at: number): number {
    if (protocol !== PPP_IPV4 && protocol !== PPP_IPV6) return NOT_IP;
    this.version = protocol === PPP_IPV4 ? 4 : 6;
    return at;
  }

  /** A stack does not say what is behind it: the version does. @see RFC 3032 */
  #mpls(bytes: Uint8Array, at: number, to: number): number {
    const BOTTOM = 0x01;
    for (let labels = 1;; labels++) {
      if (at + 4 > to) return CUT_OFF;
      const isLast = (bytes[at + 2]! & BOTTOM) !== 0;
      at += 4;
      if (isLast) break;
      if (labels === MOST_LABELS) return NOT_IP;
    }
    if (at >= to) return CUT_OFF;
    const version = bytes[at]! >> 4;
    if (version !== 4 && version !== 6) return NOT_IP;
    this.version = version;
    return at;
  }

  /**
   * What Linux gives for all interfaces at once: hardware type, length of the
   * address and the address follow one another, in both versions.
   *
   * @param typeAt offsets in the header: of the hardware type, of the EtherType
   * @see https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
   */
  #cooked(
    bytes: Uint8Array,
    from: number,
    to: number,
    size: number,
    hardwareAt: number,
    typeAt: number,
  ): number {
    if (to - from < size) return CUT_OFF;
    // In version 2 the packet's direction and a shorter length are between.
    const address = from + (size === SLL ? 6 : 12);
    const length = size === SLL ? u16(bytes, from + 4) : bytes[from + 11]!;
    if (u16(bytes, from + hardwareAt) === ARPHRD_ETHER && length === 6) {
      this.mac = address;
    }
    return this.#typed(bytes, from + typeAt, from + size, to);
  }

  /** An address family's number, in the byte order of the machine that wrote it. */
  #loopback(bytes: Uint8Array, from: number, to: number): number {
    if (to - from < 4) return CUT_OFF;
    const high = u16(bytes, from), low = u16(bytes, from + 2);
    const family = high === 0
      ? low
      : low === 0
      ? high >> 8 | (high & 0xff) << 8
      : ABSENT;
    if (family === AF_INET) return this.#is(4, from + 4);
    return AF_INET6.includes(family) ? this.#is(6, from + 4) : this.#unknown();
  }

  /** PPP, with or without address and control. @see RFC 1662, section 3.1 */
  #ppp(bytes: Uint8Array, from: number, to: number): number {
    const ALL_STATIONS = 0xff; // an address, and never a protocol
    if (to - from < 2) return CUT_OFF;
    const at = bytes[from] === ALL_STATIONS ? from + 2 : from;
    if (at >= to) return CUT_OFF;
    // An odd first byte is a whole protocol: RFC 1661, section 6.5.
    const size = (bytes[at]! & 1) === 1 ? 1 : 2;
    if (at + size > to) return CUT_OFF;
    const protocol = size === 1 ? bytes[at]! : u16(bytes, at);
    return this.#pppProtocol(protocol, at + size) === NOT_IP
      ? this.#unknown()
      : this.#is(this.version, at + size);
  }

  /** Cisco's HDLC has an EtherType behind address and control. */
  #hdlc(bytes: Uint8Array, from: number, to: number): number {
    const UNICAST = 0x0f, MULTICAST = 0x8f;
    if (to - from < 4) return CUT_OFF;
    const address = bytes[from]!;
    return address === UNICAST || address === MULTICAST
      ? this.#typed(bytes, from + 2, from + 4, to)
      : this.#ppp(bytes, from, to);
  }
}

/** IEEE 802.1Q, 802.1ad, and the number that was used before that. */
function isTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100;
}
