/** What was read of a frame: one object for all frames, one after the other. */

/**
 * What a frame is counted as:
 * - `ipv4`, `ipv6`: an IP packet
 * - `link`: a frame whose packet was not asked for
 * - `nonIp`: a frame without an IP packet
 * - `malformed`: headers that are cut off or wrong; `fault` says which
 * - `undecoded`: a packet in a tunnel, which could not be read
 */
export type FrameClass =
  | "ipv4"
  | "ipv6"
  | "link"
  | "nonIp"
  | "malformed"
  | "undecoded";

/** Cut off, of another IP version, or with an impossible header length. */
export type FrameFault = "short" | "version" | "length";

/** What a TCP header is for: by its flags, RST before SYN before FIN. */
export type TcpClass = "syn" | "synack" | "fin" | "rst" | "other";

/** In place of an offset or a number that a frame does not have. */
export const ABSENT = -1;

/** Stand for EtherTypes: a length in that place, and frames that have none. */
export const LLC = 0, UNKNOWN_TYPE = 1;

/**
 * The fields of a frame. Addresses are offsets in `bytes`: 4 or 16 bytes by the
 * family. What is ABSENT, or was not asked for, is -1. The class decides what is
 * set: the fields of packets are valid for `ipv4` and `ipv6` alone.
 */
export class FrameReading {
  /** Has the frame, up to `to`. */
  bytes: Uint8Array = new Uint8Array(0);
  to = 0;
  class: FrameClass = "malformed";
  /** Valid for `malformed`. */
  fault: FrameFault = "short";

  /** Of the link: offset of the source's six bytes. */
  mac = ABSENT;
  /** The first tag's VLAN identifier (IEEE 802.1Q), 0 to 4095. */
  vlan = ABSENT;
  /** Behind the tags; or LLC, or UNKNOWN_TYPE. Absent if it is cut off. */
  etherType = ABSENT;

  /** Of the packet that is counted, which is the innermost one of a tunnel. */
  source = ABSENT;
  destination = ABSENT;
  /** The source of the tunnel, and its family; absent without one. */
  outerSource = ABSENT;
  outerFamily: "ipv4" | "ipv6" = "ipv4";
  /** Differentiated services codepoint (RFC 2474), 0 to 63. */
  dscp = 0;
  /** The protocol behind IPv6's extension headers. */
  protocol = ABSENT;
  /** Absent: other protocols, later fragments, and what is cut off. */
  sourcePort = ABSENT;
  port = ABSENT;
  tcp: TcpClass | undefined = undefined;
}
