/**
 * A reading of frames that shares nothing with bpf/xdptally.bpf.c but the
 * design: where the two differ, one of them is wrong.
 */

export type Reading =
  | { readonly class: "nonIp" | "malformed" }
  | { readonly class: "ipv4" | "ipv6"; readonly source: string };

const MALFORMED: Reading = { class: "malformed" };
const NON_IP: Reading = { class: "nonIp" };

/** What a frame counts as. The source is in hexadecimal. */
export function read(frame: Uint8Array, isLayer3 = false): Reading {
  if (isLayer3) {
    if (frame.length === 0) return MALFORMED;
    const version = frame[0]! >> 4;
    return version === 4
      ? readIpv4(frame)
      : version === 6
      ? readIpv6(frame)
      : NON_IP;
  }
  let rest = frame.subarray(12);
  for (let tags = 0; tags <= 2; tags++) {
    if (rest.length < 2) return MALFORMED;
    const type = rest[0]! * 256 + rest[1]!;
    const isTag = type === 0x8100 || type === 0x88a8;
    if (isTag && tags < 2) {
      rest = rest.subarray(4);
      continue;
    }
    const packet = rest.subarray(2);
    if (type === 0x0800) return readIpv4(packet);
    if (type === 0x86dd) return readIpv6(packet);
    return NON_IP;
  }
  return NON_IP;
}

function readIpv4(packet: Uint8Array): Reading {
  if (packet.length < 20) return MALFORMED;
  const version = packet[0]! >> 4, words = packet[0]! & 15;
  if (version !== 4 || words < 5) return MALFORMED;
  return { class: "ipv4", source: packet.slice(12, 16).toHex() };
}

function readIpv6(packet: Uint8Array): Reading {
  if (packet.length < 40 || packet[0]! >> 4 !== 6) return MALFORMED;
  return { class: "ipv6", source: packet.slice(8, 24).toHex() };
}
