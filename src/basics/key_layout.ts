/** Where the fields of `--by` are in a key, and what they say (pure). */
import { ADDRESS_SIZE, type Family, FORMAT_ADDRESS } from "./address.ts";
import {
  FIELD_NAMES,
  type FieldName,
  type FieldValue,
  keyField,
  type Keying,
} from "./keys.ts";

/** What a key consists of: one that has ports also says whether the packet had them. */
export const KEY_PARTS = ["has-ports", ...FIELD_NAMES] as const;
export type KeyPart = typeof KEY_PARTS[number];

const WORD = 8;

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
  const hasPorts = fields.some((name) => keyField(name).isPort);
  const parts = KEY_PARTS.filter((part) =>
    part === "has-ports" ? hasPorts : fields.includes(part)
  );
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

function isAddress(part: KeyPart): boolean {
  return part !== "has-ports" && keyField(part).size === "address";
}

function sizeOf(part: KeyPart, family: Family): number {
  if (part === "has-ports") return 1;
  const { size } = keyField(part);
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
  readonly #prefix: number;
  readonly #hasPortsAt: number | undefined;
  readonly #fields: readonly { name: FieldName; from: number; to: number }[];

  constructor(family: Family, keying: Keying) {
    const { at } = keyLayout(family, keying);
    this.#family = family;
    this.#prefix = keying.prefix[family];
    this.#hasPortsAt = at["has-ports"];
    this.#fields = keying.fields.map((name) => {
      const from = at[name]!;
      return { name, from, to: from + sizeOf(name, family) };
    });
  }

  /** The values of all fields. @param key in network byte order */
  values(key: Uint8Array): FieldValue[] {
    const hasPorts = this.#hasPortsAt === undefined ||
      key[this.#hasPortsAt] !== 0;
    return this.#fields.map(({ name, from, to }) => {
      const { value, isPort } = keyField(name);
      const bytes = key.subarray(from, to);
      if (value === undefined) return this.#addressText(bytes);
      return isPort && !hasPorts ? null : value(bytes);
    });
  }

  #addressText(bytes: Uint8Array): string {
    const address = FORMAT_ADDRESS[this.#family](bytes);
    const isWhole = this.#prefix === bytes.length * 8;
    return isWhole ? address : `${address}/${this.#prefix}`;
  }
}
