/** Reads the headers of tunnels over UDP. */
import type { TunnelName } from "../basics/tunnels.ts";
import { ipFault } from "./ip_header.ts";
import { IPV4_TYPE, IPV6_TYPE } from "./link_header.ts";
import { u16 } from "./numbers.ts";
import { takeType, type TunnelPayload } from "./tunnel_payload.ts";

/** `none`: the packet is not the tunnel's; `unknown`: its payload cannot be read. */
type Finding = "payload" | "none" | "unknown";

const UDP_HEADER = 8;
/** Each tunnel's header has at least these bytes. */
const SHORTEST = 8;

/**
 * Reads the header of a tunnel behind a UDP header, which is whole.
 *
 * @param udp offset of the UDP header
 * @param payload is set if it is found
 */
export function udpTunnelPayload(
  tunnel: TunnelName,
  bytes: Uint8Array,
  udp: number,
  to: number,
  payload: TunnelPayload,
): Finding {
  const at = udp + UDP_HEADER;
  if (at + SHORTEST > to) return "unknown";
  switch (tunnel) {
    case "vxlan":
      return vxlan(bytes, at, payload);
    case "geneve":
      return geneve(bytes, at, payload);
    case "gtp":
      return gtp(bytes, at, to, payload);
    case "l2tp":
      return l2tp(bytes, udp, to, payload);
  }
}

/** @see RFC 7348, section 5 */
function vxlan(bytes: Uint8Array, at: number, payload: TunnelPayload): Finding {
  const HAS_IDENTIFIER = 0x08;
  if ((bytes[at]! & HAS_IDENTIFIER) === 0) return "none";
  payload.at = at + 8;
  payload.kind = "ethernet";
  return "payload";
}

/** @see RFC 8926, section 3.4 */
function geneve(
  bytes: Uint8Array,
  at: number,
  payload: TunnelPayload,
): Finding {
  const first = bytes[at]!;
  if (first >> 6 !== 0) return "none";
  payload.at = at + 8 + (first & 0x3f) * 4;
  return takeType(payload, u16(bytes, at + 2)) ? "payload" : "unknown";
}

/** @see 3GPP TS 29.281, section 5 */
function gtp(
  bytes: Uint8Array,
  at: number,
  to: number,
  payload: TunnelPayload,
): Finding {
  const VERSION_AND_TYPE = 0xf0, GTP_1 = 0x30, PAYLOAD_MESSAGE = 0xff;
  const HAS_MORE = 0x07, HAS_EXTENSION = 0x04, MOST_EXTENSIONS = 4;
  const flags = bytes[at]!;
  if (
    (flags & VERSION_AND_TYPE) !== GTP_1 || bytes[at + 1] !== PAYLOAD_MESSAGE
  ) return "none";
  let behind = at + 8;
  if ((flags & HAS_MORE) !== 0) {
    behind += 4;
    if (behind > to) return "unknown";
    let next = (flags & HAS_EXTENSION) === 0 ? 0 : bytes[behind - 1]!;
    for (let count = 0; next !== 0; count++) {
      if (count === MOST_EXTENSIONS || behind >= to) return "unknown";
      const length = bytes[behind]! * 4;
      behind += length;
      if (length === 0 || behind > to) return "unknown";
      next = bytes[behind - 1]!;
    }
  }
  payload.at = behind;
  payload.kind = "ip";
  return "payload";
}

/**
 * L2TPv3 has a cookie and a sublayer that the packet does not tell: 0 to 12 bytes.
 * They are known where just one length leaves a packet that fits.
 *
 * @see RFC 3931, section 4.1.2
 */
function l2tp(
  bytes: Uint8Array,
  udp: number,
  to: number,
  payload: TunnelPayload,
): Finding {
  const CONTROL = 0x8000, VERSION = 0x000f;
  const session = udp + UDP_HEADER;
  const flags = u16(bytes, session);
  if ((flags & CONTROL) !== 0 || (flags & VERSION) !== 3) return "none";
  const end = udp + u16(bytes, udp + 4);
  let found = 0;
  for (let skipped = 0; skipped <= 12; skipped += 4) {
    const at = session + SHORTEST + skipped;
    if (!isWholePacket(bytes, at, to, end)) continue;
    found++;
    payload.at = at;
  }
  payload.kind = "ethernet";
  return found === 1 ? "payload" : "unknown";
}

/** Whether an Ethernet frame with an IP packet that ends at `end` is at `at`. */
function isWholePacket(
  bytes: Uint8Array,
  at: number,
  to: number,
  end: number,
): boolean {
  const packet = at + 14;
  if (packet > to) return false;
  const type = u16(bytes, packet - 2);
  if (type !== IPV4_TYPE && type !== IPV6_TYPE) return false;
  const version = type === IPV4_TYPE ? 4 : 6;
  if (ipFault(bytes, packet, to, version) !== undefined) return false;
  const length = version === 4
    ? u16(bytes, packet + 2)
    : 40 + u16(bytes, packet + 4);
  return packet + length === end;
}
