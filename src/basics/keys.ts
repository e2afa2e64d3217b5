/** What packets are counted by: the fields of `--by`, in one table (pure). */
import type { Family } from "./address.ts";
import { etherTypeName, protocolName } from "./protocols.ts";
import type { TunnelPort } from "./tunnels.ts";

/** The most sources of a family that can be kept: an id has 21 bits. */
export const MOST_SOURCES = 2 ** 21;

/** The value of a field for people and programs; null: the packet lacks the field. */
export type FieldValue = string | number | null;

/** A word of `--by`. */
interface KeyField {
  /** For the option's documentation. */
  readonly help: string;
  /**
   * Bytes in a key. An address has those of its family, and is formatted with its
   * prefix; an outer address has room for either family, which the key tells apart.
   */
  readonly size: number | "address" | "outer address";
  /** It is of the Ethernet frame, so that frames without IP have it too. */
  readonly isLink?: true;
  /** Packets have it only with ports: the key says whether it has them. */
  readonly isPort?: true;
  /** Its values are numbers. */
  readonly isNumber?: true;
  /** Its value, from its bytes in network order; an address has none. */
  readonly value?: (bytes: Uint8Array) => FieldValue;
}

/** What a TCP segment does, by enum tcp_kind in bpf/xdptally.h. */
export const TCP_KINDS = [
  null,
  "syn",
  "synack",
  "fin",
  "rst",
  "other",
] as const;

/**
 * What an XDP program does with a frame, by enum verdict in bpf/xdptally.h. The kernel
 * takes all other values, here `invalid`, as aborted.
 */
export const VERDICTS = [
  "aborted",
  "drop",
  "pass",
  "tx",
  "redirect",
  "invalid",
] as const;
export type Verdict = typeof VERDICTS[number];

/** A verdict of a key: the number itself, where it is none. */
function verdictText(value: number): string {
  return value < VERDICTS.indexOf("invalid") ? VERDICTS[value]! : String(value);
}

/** In the place of a VLAN id, in a key of a frame without a tag. */
export const NO_VLAN = 0xffff;

const u16 = ([high, low]: Uint8Array) => high! * 256 + low!;

/**
 * The fields, in the order in which a key is shown. Each has its enumerator in
 * bpf/xdptally.h and its case in bpf/keys.h; `make` compares the names:
 * "source-port" is FIELD_SOURCE_PORT there. Those of the link come last.
 */
export const KEY_FIELDS = {
  "source": { help: "the source address", size: "address" },
  "destination": { help: "the destination address", size: "address" },
  "outer-source": {
    help: "with --inner, the source of the outermost packet",
    size: "outer address",
  },
  "protocol": {
    help: "the transport protocol: tcp, udp, icmp, or its number",
    size: 1,
    value: ([protocol]) => protocolName(protocol!),
  },
  "source-port": {
    help: "the port that it is sent from",
    size: 2,
    isPort: true,
    isNumber: true,
    value: u16,
  },
  "port": {
    help: "the port that it is sent to",
    size: 2,
    isPort: true,
    isNumber: true,
    value: u16,
  },
  "tcp": {
    help: "what a TCP segment does: syn, synack, fin, rst, other",
    size: 1,
    value: ([kind]) => TCP_KINDS[kind!] ?? null,
  },
  "dscp": {
    help: "the DSCP (RFC 2474), 0 to 63",
    size: 1,
    isNumber: true,
    value: ([dscp]) => dscp!,
  },
  "mac": {
    help: "the source address of the Ethernet frame",
    size: 8, // behind the address: whether there is one
    isLink: true,
    value: (bytes) => bytes[7] === 0 ? null : macText(bytes.subarray(0, 6)),
  },
  "vlan": {
    help: "the id of the outer VLAN tag",
    size: 2,
    isNumber: true,
    isLink: true,
    value: (bytes) => u16(bytes) === NO_VLAN ? null : u16(bytes),
  },
  "ethertype": {
    help: "the EtherType behind the VLAN tags: ipv4, arp, 0x88b5",
    size: 2,
    isLink: true,
    value: (bytes) => etherTypeName(u16(bytes)),
  },
  "verdict": {
    help:
      "what the XDP program that is there did with it (--hook observe): pass, drop, tx, redirect, aborted, or the number that it returned",
    size: 4,
    isLink: true,
    value: (bytes) =>
      verdictText(u16(bytes) * 2 ** 16 + u16(bytes.subarray(2))),
  },
} as const satisfies Record<string, KeyField>;

export type FieldName = keyof typeof KEY_FIELDS;

/** All words of `--by`. */
export const FIELD_NAMES = Object.keys(KEY_FIELDS) as FieldName[];

/** A field of the table. */
export function keyField(name: FieldName): KeyField {
  return KEY_FIELDS[name];
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(":");
}

/** Of frames, as the interface sees them. */
export type Direction = "in" | "out";

/** What a row stands for: the fields of `--by`, and the prefixes. */
export interface Keying {
  /** In the order of `KEY_FIELDS`. */
  readonly fields: readonly FieldName[];
  /** Bits of an address that count. */
  readonly prefix: Readonly<Record<Family, number>>;
  /**
   * Count the innermost packets of tunnels, those over UDP by these ports;
   * undefined: count what carries them.
   */
  readonly inner?: readonly TunnelPort[] | undefined;
}

export const BY_SOURCE: Keying = {
  fields: ["source"],
  prefix: { ipv4: 32, ipv6: 128 },
};

/**
 * The fields that a list names, in the order of `KEY_FIELDS`.
 *
 * @throws {RangeError} a word is no field, or is there twice
 * @example
 * parseFields("port,source"); // ["source", "port"]
 */
export function parseFields(text: string): readonly FieldName[] {
  const words = text.split(",");
  for (const [at, word] of words.entries()) {
    if (!Object.hasOwn(KEY_FIELDS, word)) {
      throw new RangeError(
        `"${word}" is no field; name some of ${FIELD_NAMES.join(", ")}`,
      );
    }
    if (words.indexOf(word) !== at) {
      throw new RangeError(`"${word}" is there twice; name it once`);
    }
  }
  return FIELD_NAMES.filter((name) => words.includes(name));
}

/** The list as `--by` takes it: `source,port`. */
export function byText({ fields }: Pick<Keying, "fields">): string {
  return fields.join();
}

/** Whether IPv4 and IPv6 have keys of their own, because an address is in them. */
export function hasAddresses({ fields }: Pick<Keying, "fields">): boolean {
  return fields.some((name) => keyField(name).size === "address");
}

/** Whether a key needs an IP packet: frames without one are a class then. */
export function needsIp({ fields }: Pick<Keying, "fields">): boolean {
  return fields.some((name) => !keyField(name).isLink);
}

/** A field's name in JSON records: `sourcePort`. */
export function fieldInJson(name: FieldName): string {
  return name.replace(/-./g, ([, letter]) => letter!.toUpperCase());
}

/** A field's name in CSV and metrics: `source_port`. */
export function fieldInSnakeCase(name: FieldName): string {
  return name.replaceAll("-", "_");
}

/** For people, in the place of a field that the packet lacks. */
export const MISSING = "-";

/** A key for people: `10.0.0.1,tcp,443`. */
export function keyText(values: readonly FieldValue[]): string {
  return values.map((value) => value ?? MISSING).join();
}

/** The values of a key that `keyText` has made, by the fields of `--by`. */
export function valuesOfKey(
  key: string,
  fields: readonly FieldName[],
): FieldValue[] {
  return key.split(",").map((text, at) =>
    text === MISSING
      ? null
      : keyField(fields[at]!).isNumber
      ? Number(text)
      : text
  );
}
