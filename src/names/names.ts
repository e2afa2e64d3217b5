/** What all files of names together know of the addresses of rows. */
import { parseAddress } from "../basics/address.ts";
import { type FieldName, type FieldValue, keyField } from "../basics/keys.ts";
import {
  type NameSource,
  type Naming,
  NAMING_FIELD_NAMES,
  NAMING_FIELDS,
  type NamingField,
} from "./naming.ts";

/** Addresses that are kept: those of a tick of the default size, a second family, and some. */
const MOST_KEPT = 2 ** 17;

/**
 * Files of names, as one: of each field the first file counts that knows it.
 *
 * @example
 * const names = new Names([labels, database]);
 * names.of("192.0.2.1"); // { name: "web1", asn: 64500 }
 */
export class Names {
  readonly #sources: readonly NameSource[];
  /** What the files can know. */
  readonly fields: readonly NamingField[];
  /** The same rows come with each tick. */
  #kept = new Map<FieldValue, Naming>();

  constructor(sources: readonly NameSource[]) {
    this.#sources = sources;
    this.fields = NAMING_FIELD_NAMES.filter((field) =>
      sources.some(({ fields }) => fields.includes(field))
    );
  }

  /** What is known of an address or a network, as rows show it: `10.0.0.0/24`. */
  of(place: FieldValue): Naming {
    let naming = this.#kept.get(place);
    if (naming === undefined) {
      naming = this.#find(place);
      if (this.#kept.size === MOST_KEPT) this.#kept = new Map();
      this.#kept.set(place, naming);
    }
    return naming;
  }

  #find(place: FieldValue): Naming {
    const [text = "", bits] = String(place).split("/");
    const address = parseAddress(text);
    if (address === undefined) return {};
    const length = bits === undefined ? address.length * 8 : Number(bits);
    return this.#sources.reduce(
      (naming, source): Naming => ({
        ...source.of(address, length),
        ...naming,
      }),
      {},
    );
  }

  /** The values of `fields` for a row; null: not known. */
  values(place: FieldValue): (string | number | null)[] {
    const naming = this.of(place);
    return this.fields.map((field) => naming[field] ?? null);
  }

  /** The names of `fields` in CSV and metrics. */
  get columns(): string[] {
    return this.fields.map((field) => NAMING_FIELDS[field].inSnakeCase);
  }
}

/** The address or network that a row stands for, among others. */
export function placeOf(
  { values: [place] }: { readonly values: readonly FieldValue[] },
): FieldValue {
  return place ?? null;
}

/**
 * Whether rows by these fields have an address to name. It is their first value:
 * the source, without one the destination, without both the outer source.
 */
export function isNamed([first]: readonly FieldName[]): boolean {
  return first !== undefined && typeof keyField(first).size === "string";
}
