/** Reads what transport headers say: ports, and what a TCP header is for. */
import type { TcpClass } from "./reading.ts";

const TCP = 6, UDP = 17, DCCP = 33, SCTP = 132, UDP_LITE = 136;
/** Offset of the flags in a TCP header. */
const FLAGS = 13;
const FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10;

/** Whether a transport header of `protocol` at `at` begins with two ports. */
export function hasPorts(protocol: number, at: number, to: number): boolean {
  switch (protocol) {
    case TCP:
    case UDP:
    case DCCP:
    case SCTP:
    case UDP_LITE:
      return at + 4 <= to;
    default:
      return false;
  }
}

/**
 * What the TCP header at `at` is for.
 *
 * @returns undefined: there is none, or its flags are cut off
 * @see RFC 9293, section 3.1
 */
export function tcpClass(
  bytes: Uint8Array,
  protocol: number,
  at: number,
  to: number,
): TcpClass | undefined {
  if (protocol !== TCP || at + FLAGS >= to) return undefined;
  const flags = bytes[at + FLAGS]!;
  if ((flags & RST) !== 0) return "rst";
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? "synack" : "syn";
  return (flags & FIN) !== 0 ? "fin" : "other";
}
