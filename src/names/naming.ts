/** What may be known of an address besides its counts, and how that is written. */

/** The fields, by their names in JSON; the order is that of columns and labels. */
export const NAMING_FIELDS = {
  name: { help: "its label in --names", inSnakeCase: "name" },
  asn: {
    help: "the number of its autonomous system in --mmdb",
    inSnakeCase: "asn",
  },
  asName: {
    help: "the name of its autonomous system in --mmdb",
    inSnakeCase: "as_name",
  },
  country: {
    help: "its country in --mmdb: two letters of ISO 3166",
    inSnakeCase: "country",
  },
} as const;

export type NamingField = keyof typeof NAMING_FIELDS;

/** All fields, in order. */
export const NAMING_FIELD_NAMES = Object.keys(NAMING_FIELDS) as NamingField[];

/** What is known of one address; a field that is missing is not known. */
export type Naming = Readonly<
  { [Field in NamingField]?: Field extends "asn" ? number : string }
>;

/** A file of names, read. */
export interface NameSource {
  /** What it can know. */
  readonly fields: readonly NamingField[];
  /**
   * What it knows of a whole network.
   *
   * @param address in network byte order; bits behind the prefix are 0
   * @param length bits of the prefix; of an address all its bits
   */
  of(address: Uint8Array, length: number): Naming;
}

/** The most characters of a name: what is longer is none. */
export const MOST_CHARACTERS = 255;

/**
 * A naming for people; empty if nothing is known.
 *
 * @example
 * namingText({ name: "web1", asn: 64500, asName: "Example", country: "DE" });
 * // "web1, AS64500 Example, DE"
 */
export function namingText({ name, asn, asName, country }: Naming): string {
  const system = [asn === undefined ? undefined : `AS${asn}`, asName]
    .filter((part) => part !== undefined).join(" ");
  return [name, system, country]
    .filter((part) => part !== undefined && part !== "").join(", ");
}
