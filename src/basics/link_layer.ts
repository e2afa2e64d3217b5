/** What the frames of an interface start with, by its hardware type. */

/**
 * In the order of enum link_layer in bpf/xdptally.h: an Ethernet header, an IP
 * header, or an IP header behind what is left of a tunnel's own headers.
 */
export const LINK_LAYERS = ["ethernet", "ip", "ip in ip", "gre"] as const;
export type LinkLayer = typeof LINK_LAYERS[number];

/** By ARPHRD_* of linux/if_arp.h. */
const BY_TYPE: Readonly<Record<number, LinkLayer>> = {
  1: "ethernet", // ETHER
  256: "ip", // SLIP
  257: "ip", // CSLIP
  512: "ip", // PPP
  519: "ip", // RAWIP: modems (wwan, rmnet)
  768: "ip in ip", // TUNNEL: ipip, vti
  769: "ip in ip", // TUNNEL6: ip6tnl, vti6
  772: "ethernet", // LOOPBACK
  776: "ip in ip", // SIT
  778: "gre", // IPGRE
  823: "gre", // IP6GRE
  65534: "ip", // NONE: tun, WireGuard
};

/**
 * What the frames of an interface start with; undefined: neither Ethernet nor IP.
 *
 * @param hardwareType ARPHRD_* of linux/if_arp.h
 */
export function linkLayer(hardwareType: number): LinkLayer | undefined {
  return BY_TYPE[hardwareType];
}
