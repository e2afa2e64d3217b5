/** The numbers of link types in capture files: which can be read, and names. */
import type { LinkKind } from "../frame/link_kind.ts";

interface LinkType {
  readonly name: string;
  /** Absent: its frames cannot be read. */
  readonly kind?: LinkKind;
}

/**
 * By number; those that cannot be read are the ones that people capture.
 *
 * @see https://www.tcpdump.org/linktypes.html
 */
const LINK_TYPES: Readonly<Record<number, LinkType>> = {
  0: { name: "BSD loopback", kind: "loopback" },
  1: { name: "Ethernet", kind: "ethernet" },
  6: { name: "Token Ring" },
  9: { name: "PPP", kind: "ppp" },
  10: { name: "FDDI" },
  // DLT_RAW of OpenBSD and of the others, written as they are by some programs.
  12: { name: "raw IP", kind: "ip" },
  14: { name: "raw IP", kind: "ip" },
  50: { name: "PPP in HDLC", kind: "hdlc" },
  51: { name: "PPPoE" },
  101: { name: "raw IP", kind: "ip" },
  104: { name: "Cisco HDLC" },
  105: { name: "IEEE 802.11" },
  107: { name: "Frame Relay" },
  108: { name: "OpenBSD loopback", kind: "loopback" },
  113: { name: "Linux cooked", kind: "cooked" },
  117: { name: "OpenBSD pflog" },
  119: { name: "IEEE 802.11 with a Prism header" },
  127: { name: "IEEE 802.11 with radiotap" },
  163: { name: "IEEE 802.11 with an AVS header" },
  187: { name: "Bluetooth HCI" },
  189: { name: "USB of Linux" },
  195: { name: "IEEE 802.15.4" },
  201: { name: "Bluetooth HCI" },
  220: { name: "USB of Linux" },
  228: { name: "raw IPv4", kind: "ipv4" },
  229: { name: "raw IPv6", kind: "ipv6" },
  230: { name: "IEEE 802.15.4" },
  239: { name: "netfilter's log" },
  247: { name: "InfiniBand" },
  249: { name: "USB of Windows" },
  253: { name: "netlink" },
  276: { name: "Linux cooked, version 2", kind: "cooked2" },
};

/** What frames of a link type start with. @returns undefined: they cannot be read */
export function linkKindOf(linkType: number): LinkKind | undefined {
  return LINK_TYPES[linkType]?.kind;
}

/**
 * How people call a link type.
 *
 * @example
 * linkTypeName(127); // "IEEE 802.11 with radiotap"
 * linkTypeName(9999); // "link type 9999"
 */
export function linkTypeName(linkType: number): string {
  return LINK_TYPES[linkType]?.name ?? `link type ${linkType}`;
}
