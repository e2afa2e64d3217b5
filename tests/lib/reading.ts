/**
 * The reference parser: parses frames in TypeScript without any code of
 * bpf/xdptally.bpf.c. Where the two differ, one of them is wrong.
 */

import type { NetworkFilter } from "../../src/basics/network_filter.ts";
import type { By } from "../../src/basics/keys.ts";

export type Reading =
  | { readonly class: "nonIp" | "malformed" | "filtered" }
  | { readonly class: "ipv4" | "ipv6"; readonly source: string };

/** What --by, --prefix4, --prefix6 and --filter select. */
export interface Narrowing {
  readonly by?: By;
  readonly prefix?: Record<"ipv4" | "ipv6", number>;
  readonly filter?: NetworkFilter;
}

/**
 * The packet in what an interface without Ethernet shows. Where the kernel cannot be
 * asked, an Ethernet header before it is known by what is behind it: a whole packet
 * by its own length, where the frame itself is none.
 */
export function packetIn(frame: Uint8Array): Uint8Array {
  const ETHERNET = 14;
  const behind = frame.subarray(ETHERNET);
  return isWhole(behind) && !isWhole(frame) ? behind : frame;
}

/** Whether an IP packet of just this length is here. */
function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < 20) return false;
  const word = (at: number) => bytes[at]! * 256 + bytes[at + 1]!;
  const version = bytes[0]! >> 4;
  return version === 4 && word(2) === bytes.length ||
    version === 6 && 40 + word(4) === bytes.length;
}

const MALFORMED: Reading = { class: "malformed" };
const NON_IP: Reading = { class: "nonIp" };

/** The class of a frame, and its key (the source, if nothing else is asked for) in hexadecimal. */
export function read(
  frame: Uint8Array,
  isLayer3 = false,
  narrowing: Narrowing = {},
): Reading {
  if (isLayer3) {
    if (frame.length === 0) return MALFORMED;
    const version = frame[0]! >> 4;
    return version === 4
      ? readIpv4(frame, narrowing)
      : version === 6
      ? readIpv6(frame, narrowing)
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
    if (type === 0x0800) return readIpv4(packet, narrowing);
    if (type === 0x86dd) return readIpv6(packet, narrowing);
    return NON_IP;
  }
  return NON_IP;
}

function readIpv4(packet: Uint8Array, narrowing: Narrowing): Reading {
  if (packet.length < 20) return MALFORMED;
  const version = packet[0]! >> 4, words = packet[0]! & 15;
  if (version !== 4 || words < 5) return MALFORMED;
  const isFirst = ((packet[6]! & 0x1f) << 8 | packet[7]!) === 0;
  return narrow("ipv4", narrowing, {
    source: packet.subarray(12, 16),
    destination: packet.subarray(16, 20),
    protocol: packet[9]!,
    isFirst,
    payload: packet.subarray(words * 4),
  });
}

function readIpv6(packet: Uint8Array, narrowing: Narrowing): Reading {
  if (packet.length < 40 || packet[0]! >> 4 !== 6) return MALFORMED;
  let protocol = packet[6]!;
  let payload = packet.subarray(40);
  let isFirst = true;
  for (let extensions = 0; extensions < 6; extensions++) {
    const isExtension = [0, 43, 44, 51, 60].includes(protocol);
    if (!isExtension || payload.length < 4) break;
    const fragment = protocol === 44;
    if (fragment) {
      isFirst &&= (payload[2]! << 8 | payload[3]! & 0xf8) === 0;
    }
    const size = fragment
      ? 8
      : protocol === 51
      ? (payload[1]! + 2) * 4
      : (payload[1]! + 1) * 8;
    protocol = payload[0]!;
    payload = payload.subarray(size);
  }
  return narrow("ipv6", narrowing, {
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    protocol,
    isFirst,
    payload,
  });
}

interface Packet {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  /** Not a fragment, or the first one: only these have ports. */
  readonly isFirst: boolean;
  readonly payload: Uint8Array;
}

/** Applies filter, prefix and key to a packet. */
function narrow(
  family: "ipv4" | "ipv6",
  { by = "source", prefix, filter }: Narrowing,
  { source, destination, protocol, isFirst, payload }: Packet,
): Reading {
  if (filter !== undefined && !isKept(source, filter)) {
    return { class: "filtered" };
  }
  const address = by === "destination" ? destination : source;
  const bits = prefix?.[family] ?? address.length * 8;
  const kept = bitsOf(address).slice(0, bits).padEnd(address.length * 8, "0");
  const key = kept.match(/.{4}/g)!
    .map((four) => parseInt(four, 2).toString(16)).join("");
  if (by === "source" || by === "destination") {
    return { class: family, source: key };
  }
  const hasPort = by === "source,port" && isFirst &&
    [6, 17, 33, 132, 136].includes(protocol) && payload.length >= 4;
  const port = hasPort ? payload.slice(2, 4).toHex() : "0000";
  const name = protocol.toString(16).padStart(2, "0");
  return { class: family, source: `${key}${name}00${port}` };
}

function isKept(
  source: Uint8Array,
  { networks, keepsRest }: NetworkFilter,
): boolean {
  const bits = bitsOf(source);
  const [longest] = networks
    .filter(({ address, length }) =>
      address.length === source.length &&
      bits.startsWith(bitsOf(address).slice(0, length))
    )
    .sort((a, b) => b.length - a.length);
  return longest?.isKept ?? keepsRest;
}

function bitsOf(address: Uint8Array): string {
  return Array.from(address, (byte) => byte.toString(2).padStart(8, "0"))
    .join("");
}
