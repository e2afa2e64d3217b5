/** What packets are counted by: `--by` and the prefixes, in one table (pure). */
import { ADDRESS_SIZE, type Family, FORMAT_ADDRESS } from "./address.ts";

/** The most sources of a family that can be kept: an id has 21 bits. */
export const MOST_SOURCES = 2 ** 21;

/** A word of `--by`. */
interface Key {
  /** For the option's documentation. */
  readonly help: string;
  /**
   * The text after the address, from the four bytes of `detail` in struct key4
   * and key6. Without it the address alone is the key.
   */
  readonly detailText?: (detail: Uint8Array) => string;
}

/**
 * The keys, in the order of `enum key_by` in bpf/keys.h, which has a case for
 * each. `make` compares the names: "source,port" is KEY_SOURCE_PORT there.
 */
export const KEYS = {
  "source": { help: "the source address" },
  "destination": { help: "the destination address" },
  "source,protocol": {
    help: "the source and the transport protocol: 10.0.0.1,tcp",
    detailText: ([protocol]) => protocolName(protocol!),
  },
  "source,port": {
    help: "the source, the protocol and the destination port: 10.0.0.1,tcp,443",
    detailText: ([protocol, , high, low]) =>
      WITH_PORTS.has(protocol!)
        ? `${protocolName(protocol!)},${high! * 256 + low!}`
        : protocolName(protocol!),
  },
} as const satisfies Record<string, Key>;

export type By = keyof typeof KEYS;

/** All words of `--by`. */
export const BYS = Object.keys(KEYS) as By[];

/** Of frames, as the interface sees them. */
export type Direction = "in" | "out";

/** What a row stands for: the key of `--by`, and the prefixes. */
export interface Keying {
  readonly by: By;
  /** Bits of an address that count. */
  readonly prefix: Readonly<Record<Family, number>>;
}

export const BY_SOURCE: Keying = {
  by: "source",
  prefix: { ipv4: 32, ipv6: 128 },
};

function keyOf({ by }: Keying): Key {
  return KEYS[by];
}

/** Whether a key is a whole address and nothing else. */
export function isPlain(family: Family, keying: Keying): boolean {
  return keyOf(keying).detailText === undefined &&
    keying.prefix[family] === ADDRESS_SIZE[family] * 8;
}

/** Bytes of a key: the address, and the detail if there is one. */
export function keySize(family: Family, keying: Keying): number {
  const hasDetail = keyOf(keying).detailText !== undefined;
  return ADDRESS_SIZE[family] + (hasDetail ? 4 : 0);
}

/**
 * A key for people.
 *
 * @param key in network byte order: the address, then the detail
 * @example
 * ```ts
 * const keying = { by: "source,port", prefix: { ipv4: 32, ipv6: 128 } } as const;
 * keyText("ipv4", keying, Uint8Array.of(10, 0, 0, 1, 6, 0, 1, 187)); // "10.0.0.1,tcp,443"
 * ```
 */
export function keyText(
  family: Family,
  keying: Keying,
  key: Uint8Array,
): string {
  const size = ADDRESS_SIZE[family];
  const bits = keying.prefix[family];
  const address = FORMAT_ADDRESS[family](key.subarray(0, size));
  const network = bits === size * 8 ? address : `${address}/${bits}`;
  const detail = keyOf(keying).detailText?.(key.subarray(size));
  return detail === undefined ? network : `${network},${detail}`;
}

/**
 * What a key was counted by, as far as its form tells: a destination looks like a
 * source, and a protocol without ports is the same by source,protocol and by
 * source,port (undefined).
 */
export function byOfKeyText(text: string): By | undefined {
  const [, protocol, port] = text.split(",");
  if (protocol === undefined) return "source";
  if (port !== undefined) return "source,port";
  const hasPorts = [...WITH_PORTS].some((one) => PROTOCOLS[one] === protocol);
  return hasPorts ? "source,protocol" : undefined;
}

function protocolName(number: number): string {
  return PROTOCOLS[number] ?? String(number);
}

/** The common ones of IANA's registry of protocol numbers. */
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

/** TCP, UDP, DCCP, SCTP and UDP-Lite, as in bpf/keys.h: ports come first. */
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);
