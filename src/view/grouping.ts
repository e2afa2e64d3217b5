/** What the rows of the screen stand for: the counted keys, or coarser ones that they add up to. */
import {
  ADDRESS_SIZE,
  FORMAT_ADDRESS,
  parseAddress,
} from "../basics/address.ts";
import { type FieldName, type FieldValue, keyField } from "../basics/keys.ts";
import { masked } from "../basics/prefix.ts";

/** What rows stand for. */
export interface Grouping {
  /** In the order of `KEY_FIELDS`. */
  readonly fields: readonly FieldName[];
  /** Addresses are cut to their /24 or /64. */
  readonly isByNetwork: boolean;
}

/** Bits of the networks that addresses are cut to, by the bytes of an address. */
export const NETWORK_BITS: Readonly<Record<number, number>> = { 4: 24, 16: 64 };

/** What an incident is looked at by, whatever is counted at first. */
const COMMON = ["source", "destination", "protocol", "port"] as const;

/**
 * All groupings, in the order of the key that steps through them: what was asked
 * for, and then each field alone.
 *
 * @param asked the fields of `--by`
 */
export function groupingsFor(asked: readonly FieldName[]): Grouping[] {
  const fields = [...new Set<FieldName>([...asked, ...COMMON])];
  const single = fields.flatMap((name) => {
    const alone = { fields: [name], isByNetwork: false };
    return keyField(name).size === "address"
      ? [alone, { ...alone, isByNetwork: true }]
      : [alone];
  });
  return asked.length === 1
    ? single
    : [{ fields: asked, isByNetwork: false }, ...single];
}

/** Whether counting by these fields has all that a grouping needs. */
export function isContained(
  { fields }: Grouping,
  counted: readonly FieldName[],
): boolean {
  return fields.every((name) => counted.includes(name));
}

export function isSameGrouping(a: Grouping, b: Grouping): boolean {
  return a.isByNetwork === b.isByNetwork && a.fields.join() === b.fields.join();
}

/** For the title: `source,port`, or `source /24 and /64`. */
export function groupingText({ fields, isByNetwork }: Grouping): string {
  return isByNetwork ? `${fields} /24 and /64` : fields.join();
}

/** An address in a key, and the bits of it that were counted. */
interface CountedAddress {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Reads `192.0.2.1` or `192.0.2.0/24`; undefined: it is no address. */
export function countedAddress(value: FieldValue): CountedAddress | undefined {
  if (typeof value !== "string") return undefined;
  const slash = value.indexOf("/");
  const bytes = parseAddress(slash < 0 ? value : value.slice(0, slash));
  if (bytes === undefined) return undefined;
  const length = slash < 0 ? bytes.length * 8 : Number(value.slice(slash + 1));
  return { bytes, length };
}

/** What a field of a row is in a grouping. */
interface GroupPart {
  readonly value: FieldValue;
  /** Its address; undefined: it is none. */
  readonly address: Uint8Array | undefined;
}

/** The value of a field in a grouping: an address may become its network. */
export function groupPart(
  value: FieldValue,
  { isByNetwork }: Grouping,
): GroupPart {
  const counted = countedAddress(value);
  if (counted === undefined) return { value, address: undefined };
  const { bytes, length } = counted;
  if (!isByNetwork) return { value, address: bytes };
  const bits = Math.min(length, NETWORK_BITS[bytes.length]!);
  const address = masked(bytes, bits);
  const family = bytes.length === ADDRESS_SIZE.ipv4 ? "ipv4" : "ipv6";
  return { value: `${FORMAT_ADDRESS[family](address)}/${bits}`, address };
}
