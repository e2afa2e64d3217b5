/** Reads databases of `--mmdb`, which may be damaged or made to harm; loaded only when it is needed. */
import { Buffer } from "node:buffer";
import { Reader, type Response } from "mmdb-lib";
import decoder from "mmdb-lib/decoder";
import { FORMAT_ADDRESS } from "../basics/address.ts";
import { reasonOf } from "../basics/reason.ts";
import { visible } from "../basics/visible.ts";
import {
  MOST_CHARACTERS,
  type NameSource,
  type Naming,
  NAMING_FIELD_NAMES,
  type NamingField,
} from "./naming.ts";

/** Begins the metadata, which is in the last bytes of a file. */
const MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const METADATA_ROOM = 131_072;
/** Zeros between the tree and the records. */
const SEPARATOR = 16;

/**
 * What one look into a database may decode: values, and bytes of texts. The
 * records of MaxMind take a tenth. Pointers can make more of a few bytes than any
 * memory has room for.
 */
const MOST_DECODED = 20_000;

/** Records, and looks for them, by which the fields of a database are known. */
const SAMPLE = 256, MOST_LOOKS = 4096;
/** The samples begin at these addresses: in 2000::/3 IPv6 is in use. */
const FIRST = {
  ipv4: new Uint8Array(4),
  ipv6: Uint8Array.of(0x20, ...new Uint8Array(15)),
};

/** Where records have a field: first MaxMind's names for it, then those of others. */
const PLACES = {
  asn: [
    ["autonomous_system_number"],
    ["traits", "autonomous_system_number"],
    ["asn"],
  ],
  asName: [
    ["autonomous_system_organization"],
    ["traits", "autonomous_system_organization"],
    ["as_name"],
  ],
  country: [["country", "iso_code"], ["country_code"], ["country"]],
} as const;

/** Decoded so far in this look. */
let decoded = 0;

function spend(amount: number): void {
  decoded += amount;
  if (decoded > MOST_DECODED) throw new Error("a record is too large");
}

/** The methods of the library's decoder that each value goes through. */
interface Decoding {
  decode(offset: number): unknown;
  decodeByType(type: number, offset: number, size: number): unknown;
}

/** Bounds what a look decodes: the library itself has no bound. */
function bound(prototype: Decoding): void {
  const { decode, decodeByType } = prototype;
  prototype.decode = function (offset) {
    spend(1);
    return decode.call(this, offset);
  };
  prototype.decodeByType = function (type, offset, size) {
    spend(size);
    return decodeByType.call(this, type, offset, size);
  };
}

bound(decoder.default.prototype as unknown as Decoding);

/**
 * A database in memory. What it has under an address that cannot be read is not
 * known.
 *
 * @see https://maxmind.github.io/MaxMind-DB/
 *
 * @example
 * const database = Database.open(Deno.readFileSync("GeoLite2-ASN.mmdb"));
 * database.of(Uint8Array.of(192, 0, 2, 1), 32); // { asn: 64500, asName: "Example" }
 */
export class Database implements NameSource {
  readonly #reader: Reader<Response>;
  readonly fields: readonly NamingField[];

  /** @throws {RangeError} why it cannot be used */
  static open(bytes: Uint8Array<ArrayBuffer>): Database {
    const { buffer, byteOffset, length } = bytes;
    const database = Buffer.from(buffer, byteOffset, length);
    const end = database.subarray(Math.max(0, length - METADATA_ROOM))
      .lastIndexOf(MARKER);
    if (end < 0) {
      throw new RangeError(
        "not a MaxMind database (.mmdb), or cut off; download it again",
      );
    }
    try {
      decoded = 0;
      return new Database(new Reader(database), length);
    } catch (error) {
      if (error instanceof RangeError && error.cause === NO_FIELDS) throw error;
      throw new RangeError(
        `the database is damaged: ${
          visible(reasonOf(error))
        }; download it again`,
      );
    }
  }

  private constructor(reader: Reader<Response>, size: number) {
    this.#reader = reader;
    const { metadata } = reader;
    const { nodeCount, searchTreeSize, ipVersion } = metadata;
    const isTree = Number.isSafeInteger(nodeCount) && nodeCount >= 0 &&
      searchTreeSize + SEPARATOR <= size;
    if (!isTree || ipVersion !== 4 && ipVersion !== 6) {
      throw new Error("its tree does not fit into the file");
    }
    const found = new Set<NamingField>();
    for (const first of Object.values(FIRST)) this.#sample(first, found);
    if (found.size === 0) {
      throw new RangeError(
        `its records (type ${
          shownType(metadata.databaseType)
        }) have neither AS nor country; give one like GeoLite2-ASN or GeoLite2-Country`,
        { cause: NO_FIELDS },
      );
    }
    this.fields = NAMING_FIELD_NAMES.filter((field) => found.has(field));
  }

  /** Adds the fields of the first records from an address on. @throws {Error} damage */
  #sample(first: Uint8Array, found: Set<NamingField>): void {
    let address: Uint8Array | undefined = first;
    let records = 0;
    for (let look = 0; look < MOST_LOOKS && records < SAMPLE; look++) {
      if (address === undefined) return;
      const { naming, record, length } = this.#look(address);
      if (record !== null) records++;
      for (const field of Object.keys(naming)) found.add(field as NamingField);
      address = nextNetwork(address, length);
    }
  }

  of(address: Uint8Array, length: number): Naming {
    if (isPlaceOfIpv4(address)) return {};
    try {
      const found = this.#look(address);
      // A record of a part says nothing of the whole.
      return found.length <= length ? found.naming : {};
    } catch {
      return {};
    }
  }

  /** The record of an address, and the bits of the network that it is about. @throws {Error} */
  #look(address: Uint8Array) {
    const family = address.length === 4 ? "ipv4" : "ipv6";
    if (family === "ipv6" && this.#reader.metadata.ipVersion === 4) {
      return { record: null, naming: {}, length: 0 };
    }
    decoded = 0;
    const [record, length] = this.#reader.getWithPrefixLength(
      FORMAT_ADDRESS[family](address),
    );
    return { record, naming: namingIn(record), length };
  }
}

/** In ::/96, where databases have IPv4: a sender can forge ::8.8.8.8, which is no 8.8.8.8. */
function isPlaceOfIpv4(address: Uint8Array): boolean {
  return address.length === 16 &&
    address.subarray(0, 12).every((byte) => byte === 0);
}

const NO_FIELDS = "no fields";

function namingIn(record: unknown): Naming {
  const asn = first(record, PLACES.asn, asNumber);
  const asName = first(record, PLACES.asName, asText);
  const country = first(record, PLACES.country, asCountry);
  return {
    ...(asn === undefined ? {} : { asn }),
    ...(asName === undefined ? {} : { asName }),
    ...(country === undefined ? {} : { country }),
  };
}

/** The first of some places in a record that has a value which can be used. */
function first<Value>(
  record: unknown,
  places: readonly (readonly string[])[],
  use: (value: unknown) => Value | undefined,
): Value | undefined {
  for (const path of places) {
    const value = use(path.reduce(memberOf, record));
    if (value !== undefined) return value;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null &&
      Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** An AS number: 64500, or AS64500. */
function asNumber(value: unknown): number | undefined {
  const number = typeof value === "string"
    ? Number(/^AS(\d{1,10})$/.exec(value)?.[1] ?? NaN)
    : value;
  return Number.isInteger(number) && number! as number > 0 &&
      number! as number < 2 ** 32
    ? number as number
    : undefined;
}

function asText(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > MOST_CHARACTERS) return;
  const text = visible(value.trim());
  return text === "" ? undefined : text;
}

function asCountry(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z]{2}$/.test(value)
    ? value
    : undefined;
}

function shownType(type: unknown): string {
  return visible(JSON.stringify(String(type).slice(0, 60)));
}

/** The address behind a network; undefined: there is none. */
function nextNetwork(
  address: Uint8Array,
  length: number,
): Uint8Array | undefined {
  const next = address.slice();
  for (let bit = length - 1; bit >= 0; bit--) {
    const mask = 0x80 >> (bit & 7);
    next[bit >> 3]! ^= mask;
    if ((next[bit >> 3]! & mask) !== 0) return next;
  }
}
