/** Reads frames: what class each is of, and the fields that it is counted by. */
import { ipFault, IpHeader } from "./ip_header.ts";
import { CUT_OFF, LinkHeader } from "./link_header.ts";
import type { LinkKind } from "./link_kind.ts";
import { u16 } from "./numbers.ts";
import { hasPorts, tcpClass } from "./ports.ts";
import { ABSENT, type FrameClass, FrameReading } from "./reading.ts";
import { NO_TUNNEL, Tunnel, UNDECODED } from "./tunnel.ts";
import type { TunnelPorts } from "./tunnel_ports.ts";

/** Packets in tunnels of tunnels are read so often. */
const MOST_TUNNELS = 2;

/** What is read of a frame: each part costs time. */
export interface FrameNeeds {
  /** Addresses and DSCP; without it IP is not looked at. */
  readonly packet: boolean;
  /** The protocol, behind IPv6's extension headers. */
  readonly protocol?: boolean;
  /** Ports, and what a TCP header is for. */
  readonly ports?: boolean;
  /** Counts by the innermost packet of these tunnels, and of those over IP. */
  readonly tunnels?: TunnelPorts;
}

/**
 * Reads one frame after the other, without memory for each.
 *
 * @example
 * const reader = new FrameReader({ packet: true });
 * const reading = reader.read(bytes, 0, bytes.length, "ethernet");
 * if (reading.class === "ipv4") {
 *   count(bytes.subarray(reading.source, reading.source + 4));
 * }
 */
export class FrameReader {
  readonly #reading = new FrameReading();
  readonly #link = new LinkHeader();
  readonly #ip = new IpHeader();
  readonly #needsPacket: boolean;
  readonly #needsProtocol: boolean;
  readonly #needsPorts: boolean;
  readonly #tunnel: Tunnel | undefined;

  constructor(
    { packet, protocol = false, ports = false, tunnels }: FrameNeeds,
  ) {
    this.#needsPacket = packet;
    this.#needsProtocol = protocol;
    this.#needsPorts = ports;
    this.#tunnel = tunnels === undefined ? undefined : new Tunnel(tunnels);
  }

  /**
   * Reads the frame between `from` and `to`, of which the end may be missing.
   *
   * @returns the same object each time; it is valid until the next call
   */
  read(
    bytes: Uint8Array,
    from: number,
    to: number,
    kind: LinkKind,
  ): FrameReading {
    const reading = this.#reading;
    reading.bytes = bytes;
    reading.to = to;
    reading.class = this.#classOf(bytes, from, to, kind);
    return reading;
  }

  #classOf(
    bytes: Uint8Array,
    from: number,
    to: number,
    kind: LinkKind,
  ): FrameClass {
    const reading = this.#reading, link = this.#link;
    const at = link.read(bytes, from, to, kind);
    reading.mac = link.mac;
    reading.vlan = link.vlan;
    reading.etherType = link.etherType;
    reading.fault = "short";
    if (!this.#needsPacket) {
      return link.etherType === ABSENT ? "malformed" : "link";
    }
    if (at < 0) return at === CUT_OFF ? "malformed" : "nonIp";
    const fault = ipFault(bytes, at, to, link.version);
    if (fault !== undefined) {
      reading.fault = fault;
      return "malformed";
    }
    this.#ip.take(at, link.version);
    reading.outerSource = ABSENT;
    const isRead = this.#tunnel === undefined ||
      this.#enter(this.#tunnel, bytes, to);
    if (!isRead) return "undecoded";
    this.#takePacket(bytes, to);
    return this.#ip.version === 4 ? "ipv4" : "ipv6";
  }

  /** Goes to the innermost packet. @returns whether it could be read */
  #enter(tunnel: Tunnel, bytes: Uint8Array, to: number): boolean {
    const reading = this.#reading, ip = this.#ip;
    for (let level = 0;; level++) {
      ip.walk(bytes, to);
      const inside = tunnel.inside(bytes, to, ip);
      if (inside === NO_TUNNEL) return true;
      if (inside === UNDECODED || level === MOST_TUNNELS) return false;
      const { version } = tunnel;
      if (ipFault(bytes, inside, to, version) !== undefined) return false;
      if (level === 0) {
        reading.outerSource = ip.source;
        reading.outerFamily = ip.version === 4 ? "ipv4" : "ipv6";
      }
      ip.take(inside, version);
    }
  }

  #takePacket(bytes: Uint8Array, to: number): void {
    const reading = this.#reading, ip = this.#ip;
    reading.source = ip.source;
    reading.destination = ip.destination;
    reading.dscp = ip.dscp(bytes);
    if (!this.#needsProtocol && !this.#needsPorts) return;
    if (this.#tunnel === undefined) ip.walk(bytes, to); // else it was done
    const { protocol, transport } = ip;
    reading.protocol = protocol;
    if (!this.#needsPorts) return;
    const isWhole = !ip.isLaterFragment && hasPorts(protocol, transport, to);
    reading.sourcePort = isWhole ? u16(bytes, transport) : ABSENT;
    reading.port = isWhole ? u16(bytes, transport + 2) : ABSENT;
    reading.tcp = isWhole
      ? tcpClass(bytes, protocol, transport, to)
      : undefined;
  }
}
