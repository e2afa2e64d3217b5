/** Where the payload of a tunnel is, and what. */
import { IPV4_TYPE, IPV6_TYPE } from "./link_header.ts";

/** Transparent Ethernet bridging, in GRE and GENEVE. */
export const ETHERNET_TYPE = 0x6558;

/** What the header of a tunnel says that follows it. */
export class TunnelPayload {
  /** Its offset; it may be cut off. */
  at = 0;
  /** An Ethernet frame, or an IP packet of a version that is known or not. */
  kind: "ethernet" | "ipv4" | "ipv6" | "ip" = "ip";
}

/** Takes the kind from an EtherType. @returns whether it is one that can be read */
export function takeType(payload: TunnelPayload, type: number): boolean {
  if (type === ETHERNET_TYPE) payload.kind = "ethernet";
  else if (type === IPV4_TYPE) payload.kind = "ipv4";
  else if (type === IPV6_TYPE) payload.kind = "ipv6";
  else return false;
  return true;
}
