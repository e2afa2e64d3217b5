/** Finds the packet inside a tunnel's packet. */
import type { IpHeader } from "./ip_header.ts";
import { LinkHeader } from "./link_header.ts";
import { u16 } from "./numbers.ts";
import { ETHERNET_TYPE, takeType, TunnelPayload } from "./tunnel_payload.ts";
import type { TunnelPorts } from "./tunnel_ports.ts";
import { udpTunnelPayload } from "./udp_tunnels.ts";

/** In place of the offset of an inner IP header. */
export const NO_TUNNEL = -3, UNDECODED = -4;

const IPV4_INSIDE = 4, UDP = 17, IPV6_INSIDE = 41, GRE = 47;
const UDP_HEADER = 8;

const ERSPAN_TYPE = 0x88be, ERSPAN3_TYPE = 0x22eb;

/** Reads tunnels over IP. */
export class Tunnel {
  readonly #ports: TunnelPorts;
  readonly #link = new LinkHeader();
  readonly #payload = new TunnelPayload();
  /** The IP version that the tunnel announces inside. */
  version: 4 | 6 = 4;

  constructor(ports: TunnelPorts) {
    this.#ports = ports;
  }

  /**
   * Looks into the packet of an IP header whose transport header was found.
   *
   * @returns the offset of the IP header inside; NO_TUNNEL: the packet is none's;
   * UNDECODED: what is inside cannot be read
   */
  inside(bytes: Uint8Array, to: number, ip: IpHeader): number {
    const { protocol, transport: at } = ip;
    switch (protocol) {
      case IPV4_INSIDE:
      case IPV6_INSIDE:
        if (ip.isLaterFragment) return UNDECODED;
        this.version = protocol === IPV4_INSIDE ? 4 : 6;
        return at;
      case GRE:
        if (ip.isLaterFragment || !gre(bytes, at, to, this.#payload)) {
          return UNDECODED;
        }
        return this.#behind(bytes, to);
      case UDP:
        // A later fragment does not say to which port it is sent.
        return ip.isLaterFragment ? NO_TUNNEL : this.#inUdp(bytes, at, to);
      default:
        return NO_TUNNEL;
    }
  }

  #inUdp(bytes: Uint8Array, at: number, to: number): number {
    if (at + 4 > to) return NO_TUNNEL;
    const tunnel = this.#ports.at(u16(bytes, at + 2));
    if (tunnel === undefined) return NO_TUNNEL;
    if (at + UDP_HEADER > to) return UNDECODED;
    const found = udpTunnelPayload(tunnel, bytes, at, to, this.#payload);
    if (found === "none") return NO_TUNNEL;
    return found === "unknown" ? UNDECODED : this.#behind(bytes, to);
  }

  /** The IP header in the payload. */
  #behind(bytes: Uint8Array, to: number): number {
    const { kind, at } = this.#payload;
    if (kind === "ipv4" || kind === "ipv6") {
      this.version = kind === "ipv4" ? 4 : 6;
      return at;
    }
    const link = this.#link;
    const inner = kind === "ethernet"
      ? link.readEthernet(bytes, at, to)
      : link.readVersion(bytes, at, to);
    this.version = link.version;
    return inner < 0 ? UNDECODED : inner;
  }
}

/**
 * Reads GRE's header, and ERSPAN's in it. Others than what is read here, such as
 * PPTP's version 1, are not decoded.
 *
 * @returns whether the payload is known
 * @see RFC 2784, RFC 2890; draft-foschiano-erspan-03
 */
function gre(
  bytes: Uint8Array,
  at: number,
  to: number,
  payload: TunnelPayload,
): boolean {
  const CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000;
  const VERSION = 7;
  if (at + 4 > to) return false;
  const flags = u16(bytes, at);
  if ((flags & (ROUTING | VERSION)) !== 0) return false;
  const type = u16(bytes, at + 2);
  let behind = at + 4;
  for (const flag of [CHECKSUM, KEY, SEQUENCE]) {
    if ((flags & flag) !== 0) behind += 4;
  }
  payload.at = behind;
  payload.kind = "ethernet";
  switch (type) {
    case ETHERNET_TYPE:
      return true;
    case ERSPAN_TYPE:
      // Type I has no header of its own; II counts its packets.
      if ((flags & SEQUENCE) !== 0) payload.at += 8;
      return true;
    case ERSPAN3_TYPE:
      return erspan3(bytes, to, payload);
    default:
      return takeType(payload, type);
  }
}

/** Skips the header of ERSPAN's type III. @returns whether its payload is known */
function erspan3(
  bytes: Uint8Array,
  to: number,
  payload: TunnelPayload,
): boolean {
  const HEADER = 12, SUBHEADER = 8, HAS_SUBHEADER = 1;
  const ETHERNET_FRAME = 0, IP_PACKET = 2;
  const { at } = payload;
  if (at + HEADER > to) return false;
  const last = u16(bytes, at + 10);
  payload.at += HEADER + ((last & HAS_SUBHEADER) === 0 ? 0 : SUBHEADER);
  const frameType = last >> 10 & 31;
  payload.kind = frameType === IP_PACKET ? "ip" : "ethernet";
  return frameType === IP_PACKET || frameType === ETHERNET_FRAME;
}
