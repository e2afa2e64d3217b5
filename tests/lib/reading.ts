/**
 * The reference parser: parses frames in TypeScript without any code of
 * bpf/xdptally.bpf.c. Where the two differ, one of them is wrong.
 */

import { FORMAT_ADDRESS } from "../../src/basics/address.ts";
import type { FieldName } from "../../src/basics/keys.ts";
import type { NetworkFilter } from "../../src/basics/network_filter.ts";
import { etherTypeName, protocolName } from "../../src/basics/protocols.ts";

export type Reading =
  | { readonly class: "nonIp"; readonly type: number }
  | {
    readonly class: "malformed";
    readonly why: "cut" | "version" | "length";
  }
  | { readonly class: "filtered" }
  | { readonly class: "ipv4" | "ipv6"; readonly key: string };

/** What --by, --prefix4, --prefix6 and --filter select. */
export interface Narrowing {
  readonly by?: readonly FieldName[];
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

type Values = Partial<Record<FieldName, string | number>>;

const CUT: Reading = { class: "malformed", why: "cut" };
const LINK = ["mac", "vlan", "ethertype"];
/** In the place of a type: a length, and neither Ethernet nor IP. */
const LLC = 0, UNKNOWN = 1;
const LEAST_TYPE = 0x600;

/** The class of a frame, and its key. */
export function read(
  frame: Uint8Array,
  isLayer3 = false,
  narrowing: Narrowing = {},
): Reading {
  if (isLayer3) {
    if (frame.length === 0) return CUT;
    const version = frame[0]! >> 4;
    const type = version === 4 ? 0x0800 : version === 6 ? 0x86dd : UNKNOWN;
    return readType(type, frame, { ethertype: etherTypeName(type) }, narrowing);
  }
  const mac = Array.from(
    frame.subarray(6, 12),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(":");
  let vlan: number | undefined;
  let rest = frame.subarray(12);
  for (let tags = 0;; tags++) {
    if (rest.length < 2) return CUT;
    const type = u16(rest, 0);
    const isTag = type === 0x8100 || type === 0x88a8;
    if (isTag && tags < 2) {
      if (tags === 0 && rest.length >= 4) vlan = u16(rest, 2) & 0xfff;
      rest = rest.subarray(4);
      continue;
    }
    const known = type < LEAST_TYPE ? LLC : type;
    const link: Values = { mac, ethertype: etherTypeName(known) };
    if (vlan !== undefined) link.vlan = vlan;
    return readType(known, rest.subarray(2), link, narrowing);
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

function readType(
  type: number,
  packet: Uint8Array,
  link: Values,
  narrowing: Narrowing,
): Reading {
  const { by = ["source"], filter } = narrowing;
  if (filter === undefined && by.every((name) => LINK.includes(name))) {
    return { class: "ipv4", key: keyOf(by, link) };
  }
  if (type === 0x0800) return readIpv4(packet, link, narrowing);
  if (type === 0x86dd) return readIpv6(packet, link, narrowing);
  return { class: "nonIp", type };
}

function keyOf(by: readonly FieldName[], values: Values): string {
  return by.map((name) => values[name] ?? "-").join();
}

function readIpv4(
  packet: Uint8Array,
  link: Values,
  narrowing: Narrowing,
): Reading {
  if (packet.length < 20) return CUT;
  const version = packet[0]! >> 4, words = packet[0]! & 15;
  if (version !== 4) return { class: "malformed", why: "version" };
  if (words < 5) return { class: "malformed", why: "length" };
  const isFirst = ((packet[6]! & 0x1f) << 8 | packet[7]!) === 0;
  return narrow("ipv4", narrowing, {
    link,
    source: packet.subarray(12, 16),
    destination: packet.subarray(16, 20),
    protocol: packet[9]!,
    dscp: packet[1]! >> 2,
    isFirst,
    payload: packet.subarray(words * 4),
  });
}

function readIpv6(
  packet: Uint8Array,
  link: Values,
  narrowing: Narrowing,
): Reading {
  if (packet.length < 40) return CUT;
  if (packet[0]! >> 4 !== 6) return { class: "malformed", why: "version" };
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
    link,
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    protocol,
    dscp: u16(packet, 0) >> 6 & 63,
    isFirst,
    payload,
  });
}

interface Packet {
  readonly link: Values;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly dscp: number;
  /** Not a fragment, or the first one: only these have a transport header. */
  readonly isFirst: boolean;
  readonly payload: Uint8Array;
}

/** Applies filter, prefix and key to a packet. */
function narrow(
  family: "ipv4" | "ipv6",
  { by = ["source"], prefix, filter }: Narrowing,
  packet: Packet,
): Reading {
  if (filter !== undefined && !isKept(packet.source, filter)) {
    return { class: "filtered" };
  }
  const { protocol, dscp, isFirst, payload } = packet;
  const text = (address: Uint8Array) => {
    const all = address.length * 8;
    const bits = prefix?.[family] ?? all;
    const kept = bitsOf(address).slice(0, bits).padEnd(all, "0");
    const masked = kept.match(/.{8}/g)!.map((eight) => parseInt(eight, 2));
    const whole = FORMAT_ADDRESS[family](Uint8Array.from(masked));
    return bits === all ? whole : `${whole}/${bits}`;
  };
  const values: Values = {
    ...packet.link,
    source: text(packet.source),
    destination: text(packet.destination),
    protocol: protocolName(protocol),
    dscp,
  };
  if (
    isFirst && [6, 17, 33, 132, 136].includes(protocol) && payload.length >= 4
  ) {
    values["source-port"] = u16(payload, 0);
    values.port = u16(payload, 2);
  }
  if (isFirst && protocol === 6 && payload.length > 13) {
    values.tcp = tcpOf(payload[13]!);
  }
  const hasAddress = by.some((name) =>
    name === "source" || name === "destination"
  );
  return { class: hasAddress ? family : "ipv4", key: keyOf(by, values) };
}

function tcpOf(flags: number): string {
  const [fin, syn, rst, , ack] = [1, 2, 4, 8, 16].map((bit) =>
    (flags & bit) !== 0
  );
  if (rst) return "rst";
  if (syn) return ack ? "synack" : "syn";
  return fin ? "fin" : "other";
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
