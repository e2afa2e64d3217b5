/** Where the fields of `--by` are in a key, and what they say (pure). */
import { ADDRESS_SIZE, type Family, FORMAT_ADDRESS } from "./address.ts";
import {
  FIELD_NAMES,
  type FieldName,
  type FieldValue,
  keyField,
  type Keying,
} from "./keys.ts";

/**
 * What a key consists of: one that has ports also says whether the packet had them,
 * and one that has the outer source of which family that is.
 */
export const KEY_PARTS = ["has-ports", "outer-family", ...FIELD_NAMES] as const;
export type KeyPart = typeof KEY_PARTS[number];

const WORD = 8;

/** By the byte "outer-family"; 0: the packet was in no tunnel. */
const FAMILY_OF: Readonly<Record<number, Family>> = { 4: "ipv4", 6: "ipv6" };

/** Where the parts of a key are, in bytes. */
interface KeyLayout {
  /** u64 words of a key in the maps. */
  readonly words: number;
  /** Bytes of it that are in use. */
  readonly size: number;
  readonly at: Readonly<Partial<Record<KeyPart, number>>>;
}

/**
 * The layout of a family's keys. Addresses come first, so that keys sort by them;
 * then the larger parts, so that each is aligned.
 */
export function keyLayout(
  family: Family,
  { fields }: Pick<Keying, "fields">,
): KeyLayout {
  const isWanted = (part: KeyPart) =>
    part === "has-ports"
      ? fields.some((name) => keyField(name).isPort)
      : fields.includes(part === "outer-family" ? "outer-source" : part);
  const parts = KEY_PARTS.filter(isWanted);
  const rank = (part: KeyPart) =>
    isAddress(part) ? Infinity : sizeOf(part, family);
  parts.sort((a, b) => rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0);
  const at: Partial<Record<KeyPart, number>> = {};
  let size = 0;
  for (const part of parts) {
    at[part] = size;
    size += sizeOf(part, family);
  }
  return { words: Math.ceil(size / WORD), size, at };
}

/** A byte that says what is in the other parts. */
function isFlag(part: KeyPart): part is Exclude<KeyPart, FieldName> {
  return part === "has-ports" || part === "outer-family";
}

function isAddress(part: KeyPart): boolean {
  return !isFlag(part) && keyField(part).size === "address";
}

function sizeOf(part: KeyPart, family: Family): number {
  if (isFlag(part)) return 1;
  const { size } = keyField(part);
  if (size === "outer address") return ADDRESS_SIZE.ipv6;
  return size === "address" ? ADDRESS_SIZE[family] : size;
}

/**
 * Reads keys of a family.
 *
 * @example
 * const reader = new KeyReader("ipv4", {
 *   fields: ["source", "protocol"],
 *   prefix: { ipv4: 24, ipv6: 128 },
 * });
 * reader.values(Uint8Array.of(10, 0, 0, 0, 6, 0, 0, 0)); // ["10.0.0.0/24", "tcp"]
 */
export class KeyReader {
  readonly #family: Family;
  readonly #prefix: Keying["prefix"];
  readonly #hasPortsAt: number | undefined;
  readonly #outerFamilyAt: number | undefined;
  readonly #fields: readonly { name: FieldName; from: number; to: number }[];

  constructor(family: Family, keying: Keying) {
    const { at } = keyLayout(family, keying);
    this.#family = family;
    this.#prefix = keying.prefix;
    this.#hasPortsAt = at["has-ports"];
    this.#outerFamilyAt = at["outer-family"];
    this.#fields = keying.fields.map((name) => {
      const from = at[name]!;
      return { name, from, to: from + sizeOf(name, family) };
    });
  }

  /** The values of all fields. @param key in network byte order */
  values(key: Uint8Array): FieldValue[] {
    const hasPorts = this.#hasPortsAt === undefined ||
      key[this.#hasPortsAt] !== 0;
    const outer = this.#outerFamilyAt === undefined
      ? undefined
      : FAMILY_OF[key[this.#outerFamilyAt]!];
    return this.#fields.map(({ name, from, to }) => {
      const { size, value, isPort } = keyField(name);
      const bytes = key.subarray(from, to);
      if (value !== undefined) return isPort && !hasPorts ? null : value(bytes);
      const of = size === "outer address" ? outer : this.#family;
      return of === undefined ? null : this.#addressText(of, bytes);
    });
  }

  /** @param bytes of an address of this family, and maybe more */
  #addressText(family: Family, bytes: Uint8Array): string {
    const size = ADDRESS_SIZE[family];
    const prefix = this.#prefix[family];
    const address = FORMAT_ADDRESS[family](bytes.subarray(0, size));
    return prefix === size * 8 ? address : `${address}/${prefix}`;
  }
}
