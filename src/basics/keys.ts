import { ADDRESS_SIZE, type Family, FORMAT_ADDRESS } from "./address.ts";

/** Sources of a family that can be kept: the program's ids have 21 bits. */
export const MOST_SOURCES = 2 ** 21;

/** What packets may be counted by. */
export const BYS = [
  "source",
  "destination",
  "source,protocol",
  "source,port",
] as const;
export type By = typeof BYS[number];

/** Of frames, as the interface sees them. */
export type Direction = "in" | "out";

/** What a row stands for: an address or a network, and what it sent by. */
export interface Keying {
  readonly by: By;
  /** Bits of an address that count. */
  readonly prefix: Readonly<Record<Family, number>>;
}

export const BY_SOURCE: Keying = {
  by: "source",
  prefix: { ipv4: 32, ipv6: 128 },
};

/** Whether protocol and port stand behind the address. */
function hasDetail({ by }: Keying): boolean {
  return by === "source,protocol" || by === "source,port";
}

/** Whether a key is a whole address, and nothing else. */
export function isPlain(family: Family, keying: Keying): boolean {
  return !hasDetail(keying) &&
    keying.prefix[family] === ADDRESS_SIZE[family] * 8;
}

/** Bytes of a key: the address, and the detail if there is one. */
export function keySize(family: Family, keying: Keying): number {
  return ADDRESS_SIZE[family] + (hasDetail(keying) ? 4 : 0);
}

/**
 * A key for people: `10.0.0.1`, `10.0.0.0/24`, `10.0.0.1,tcp`,
 * `10.0.0.1,tcp,443` with the port that it sends to.
 *
 * @param key in network byte order: the address, then protocol, 0, port
 */
export function keyText(
  family: Family,
  { by, prefix }: Keying,
  key: Uint8Array,
): string {
  const size = ADDRESS_SIZE[family];
  const address = FORMAT_ADDRESS[family](key.subarray(0, size));
  const network = prefix[family] === size * 8
    ? address
    : `${address}/${prefix[family]}`;
  if (key.length === size) return network;
  const number = key[size]!;
  const protocol = PROTOCOLS[number] ?? String(number);
  const hasPort = by === "source,port" && WITH_PORTS.has(number);
  const port = key[size + 2]! * 256 + key[size + 3]!;
  return `${network},${protocol}${hasPort ? `,${port}` : ""}`;
}

/** Of IANA's registry of protocol numbers, those that are met. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  4: "ipip",
  6: "tcp",
  17: "udp",
  33: "dccp",
  41: "ipv6",
  46: "rsvp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmpv6",
  59: "none",
  89: "ospf",
  103: "pim",
  112: "vrrp",
  132: "sctp",
  136: "udplite",
};

/** bpf/xdptally.bpf.c reads ports of the same ones. */
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);
