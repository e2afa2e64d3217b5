/** Names of transport protocols and of EtherTypes (pure). */

/** The common ones of IANA's registry of protocol numbers. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  4: "ipip",
  6: "tcp",
  17: "udp",
  33: "dccp",
  41: "ipv6",
  46: "rsvp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmpv6",
  59: "none",
  89: "ospf",
  103: "pim",
  112: "vrrp",
  132: "sctp",
  136: "udplite",
};

/** `tcp`; the number of a protocol without a name here. */
export function protocolName(number: number): string {
  return PROTOCOLS[number] ?? String(number);
}

/** Enum no_type of bpf/xdptally.h: a length (IEEE 802.3), and neither Ethernet nor IP. */
const TYPE_LLC = 0, TYPE_UNKNOWN = 1;

/** @see https://www.iana.org/assignments/ieee-802-numbers */
const ETHERTYPES: Readonly<Record<number, string>> = {
  [TYPE_LLC]: "llc",
  [TYPE_UNKNOWN]: "unknown",
  0x0800: "ipv4",
  0x0806: "arp",
  0x0842: "wol",
  0x8035: "rarp",
  0x8100: "vlan",
  0x86dd: "ipv6",
  0x8808: "pause",
  0x8809: "lacp",
  0x8847: "mpls",
  0x8848: "mpls-multicast",
  0x8863: "pppoe-discovery",
  0x8864: "pppoe",
  0x888e: "eapol",
  0x8892: "profinet",
  0x88a2: "aoe",
  0x88a4: "ethercat",
  0x88a8: "qinq",
  0x88cc: "lldp",
  0x88e5: "macsec",
  0x88f7: "ptp",
  0x8906: "fcoe",
  0x8914: "fip",
  0x8915: "roce",
  0x9000: "loopback",
};

/** `arp`; `0x88b5` for a type without a name here. */
export function etherTypeName(type: number): string {
  return ETHERTYPES[type] ?? `0x${type.toString(16).padStart(4, "0")}`;
}
