/**
 * The witness of the BPF program: what src/frame, which shares nothing with it,
 * reads of a frame. Where the two differ, one of them is wrong.
 */
import {
  ADDRESS_SIZE,
  type Family,
  FORMAT_ADDRESS,
} from "../../src/basics/address.ts";
import {
  type FieldName,
  hasAddresses,
  keyText,
  needsIp,
} from "../../src/basics/keys.ts";
import type { NetworkFilter } from "../../src/basics/network_filter.ts";
import { etherTypeName, protocolName } from "../../src/basics/protocols.ts";
import type { TunnelPort } from "../../src/basics/tunnels.ts";
import { FrameReader } from "../../src/frame/frame_reader.ts";
import { ABSENT, type FrameReading } from "../../src/frame/reading.ts";
import { TunnelPorts } from "../../src/frame/tunnel_ports.ts";

export type Reading =
  | { readonly class: "nonIp"; readonly type: number }
  | {
    readonly class: "malformed";
    readonly why: "cut" | "version" | "length";
  }
  | { readonly class: "filtered" | "undecoded" }
  | { readonly class: "ipv4" | "ipv6"; readonly key: string };

/** What --by, --prefix4, --prefix6, --filter and --inner select. */
export interface Narrowing {
  readonly by?: readonly FieldName[];
  readonly prefix?: Record<"ipv4" | "ipv6", number>;
  readonly filter?: NetworkFilter;
  readonly inner?: readonly TunnelPort[];
}

/**
 * The packet in what an interface without Ethernet shows. Where the kernel cannot be
 * asked, an Ethernet header before it is known by its EtherType, and by what is
 * behind it: a whole packet by its own length, where the frame itself is none.
 */
export function packetIn(frame: Uint8Array): Uint8Array {
  const ETHERNET = 14;
  const behind = frame.subarray(ETHERNET);
  const type = frame.length < ETHERNET ? 0 : frame[12]! << 8 | frame[13]!;
  const isIp = type === 0x0800 || type === 0x86dd;
  return isIp && isWhole(behind) && !isWhole(frame) ? behind : frame;
}

/** Whether an IP packet of just this length is here. */
function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < 20) return false;
  const word = (at: number) => bytes[at]! * 256 + bytes[at + 1]!;
  const version = bytes[0]! >> 4;
  return version === 4 && word(2) === bytes.length ||
    version === 6 && 40 + word(4) === bytes.length;
}

const PLAIN: Narrowing = {};
const readers = new WeakMap<Narrowing, FrameReader>();

function readerFor(narrowing: Narrowing): FrameReader {
  const known = readers.get(narrowing);
  if (known !== undefined) return known;
  const { by = ["source"], filter, inner } = narrowing;
  const packet = needsIp({ fields: by }) || filter !== undefined;
  const reader = new FrameReader({
    packet,
    protocol: packet,
    ports: packet,
    ...(inner && packet && { tunnels: new TunnelPorts(inner) }),
  });
  readers.set(narrowing, reader);
  return reader;
}

/** The class of a frame, and its key. */
export function read(
  frame: Uint8Array,
  isLayer3 = false,
  narrowing = PLAIN,
): Reading {
  const { by = ["source"], filter } = narrowing;
  const kind = isLayer3 ? "ip" : "ethernet";
  const reading = readerFor(narrowing).read(frame, 0, frame.length, kind);
  switch (reading.class) {
    case "nonIp":
      return { class: "nonIp", type: reading.etherType };
    case "malformed": {
      const { fault } = reading;
      return { class: "malformed", why: fault === "short" ? "cut" : fault };
    }
    case "undecoded":
      return { class: "undecoded" };
    case "link":
      return { class: "ipv4", key: keyOf(by, reading, narrowing) };
  }
  const { source, class: family } = reading;
  const address = frame.subarray(source, source + ADDRESS_SIZE[family]);
  if (filter !== undefined && !isKept(address, filter)) {
    return { class: "filtered" };
  }
  const key = keyOf(by, reading, narrowing);
  return { class: hasAddresses({ fields: by }) ? family : "ipv4", key };
}

function keyOf(
  by: readonly FieldName[],
  reading: FrameReading,
  { prefix }: Narrowing,
): string {
  return keyText(by.map((name) => VALUES[name](reading, prefix)));
}

type Prefix = Narrowing["prefix"];

/** A field of a reading, as the rows show it. */
const VALUES: Readonly<
  Record<
    FieldName,
    (reading: FrameReading, prefix: Prefix) => string | number | null
  >
> = {
  "source": (reading, prefix) =>
    addressText(reading, family(reading), reading.source, prefix),
  "destination": (reading, prefix) =>
    addressText(reading, family(reading), reading.destination, prefix),
  "outer-source": (reading, prefix) =>
    reading.outerSource === ABSENT ? null : addressText(
      ...[reading, reading.outerFamily, reading.outerSource, prefix] as const,
    ),
  "protocol": ({ protocol }) => protocolName(protocol),
  "source-port": ({ sourcePort }) => present(sourcePort),
  "port": ({ port }) => present(port),
  "tcp": ({ tcp }) => tcp ?? null,
  "dscp": ({ dscp }) => dscp,
  "mac": ({ bytes, mac }) =>
    mac === ABSENT
      ? null
      : bytes.slice(mac, mac + 6).toHex().match(/../g)!.join(":"),
  "vlan": ({ vlan }) => present(vlan),
  "ethertype": ({ etherType }) => etherTypeName(etherType),
  "verdict": () => {
    throw new Error("no frame has a verdict");
  },
};

function family(reading: FrameReading): Family {
  return reading.class === "ipv4" ? "ipv4" : "ipv6";
}

function present(value: number): number | null {
  return value === ABSENT ? null : value;
}

function addressText(
  { bytes }: FrameReading,
  family: Family,
  at: number,
  prefix: Prefix,
): string {
  const address = bytes.subarray(at, at + ADDRESS_SIZE[family]);
  const all = address.length * 8;
  const bits = prefix?.[family] ?? all;
  const kept = bitsOf(address).slice(0, bits).padEnd(all, "0");
  const masked = kept.match(/.{8}/g)!.map((eight) => parseInt(eight, 2));
  const whole = FORMAT_ADDRESS[family](Uint8Array.from(masked));
  return bits === all ? whole : `${whole}/${bits}`;
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
