/** Writes databases in MaxMind's format. @see https://maxmind.github.io/MaxMind-DB/ */

/** A value of a record; a number is a uint32, a bigint a uint64. */
export type MmdbValue =
  | string
  | number
  | bigint
  | boolean
  | Uint16
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

/** A whole number that is written in 16 bits. */
class Uint16 {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A network with its record. */
export interface MmdbEntry {
  /** In network byte order, of either family. */
  readonly address: Uint8Array;
  /** Bits of the prefix, in the address's own family. */
  readonly length: number;
  readonly record: MmdbValue;
}

export interface MmdbOptions {
  readonly recordSize: 24 | 28 | 32;
  readonly ipVersion: 4 | 6;
  readonly type?: string;
  /** Whether ::ffff:0:0/96 and 2002::/16 lead to the addresses of IPv4 too. */
  readonly hasAliases?: boolean;
}

/** A node's sides: another node, an entry's record, or nothing. */
type Side = Node | MmdbValue | undefined;
class Node {
  readonly sides: [Side, Side] = [undefined, undefined];
  number = -1;
}

const MARKER = "\xab\xcd\xefMaxMind.com";
const TYPE = {
  pointer: 1,
  text: 2,
  uint16: 5,
  uint32: 6,
  map: 7,
  uint64: 9,
  array: 11,
  boolean: 14,
} as const;

/** The bytes of a database. Of networks inside one another the longest counts. */
export function mmdb(
  entries: readonly MmdbEntry[],
  { recordSize, ipVersion, type = "Test", hasAliases = false }: MmdbOptions,
): Uint8Array<ArrayBuffer> {
  const root = new Node();
  const shortestFirst = [...entries].sort((a, b) => bitsOf(a) - bitsOf(b));
  for (const entry of shortestFirst) {
    insert(root, placed(entry.address, ipVersion), bitsOf(entry), entry.record);
  }
  if (hasAliases) {
    const ipv4 = nodeAt(root, new Uint8Array(16), 96);
    const mapped = Uint8Array.of(
      ...new Array(10).fill(0),
      255,
      255,
      0,
      0,
      0,
      0,
    );
    insert(root, mapped, 96, ipv4);
    insert(root, Uint8Array.of(0x20, 0x02, ...new Array(14).fill(0)), 16, ipv4);
  }

  const nodes: Node[] = [];
  const number = (side: Side) => {
    if (!(side instanceof Node) || side.number >= 0) return;
    side.number = nodes.length;
    nodes.push(side);
    side.sides.forEach(number);
  };
  number(root);

  const data = new DataWriter();
  const SEPARATOR = 16;
  const sideNumber = (side: Side): number =>
    side === undefined
      ? nodes.length
      : side instanceof Node
      ? side.number
      : nodes.length + SEPARATOR + data.placeOf(side);
  const tree = nodes.flatMap(({ sides: [left, right] }) =>
    nodeBytes(sideNumber(left), sideNumber(right), recordSize)
  );
  const metadata = new DataWriter();
  metadata.write({
    binary_format_major_version: new Uint16(2),
    binary_format_minor_version: new Uint16(0),
    build_epoch: 1_700_000_000n,
    database_type: type,
    description: { en: "a database of the tests" },
    ip_version: new Uint16(ipVersion),
    languages: ["en"],
    node_count: nodes.length,
    record_size: new Uint16(recordSize),
  });
  return Uint8Array.from([
    tree,
    Array(SEPARATOR).fill(0),
    data.bytes,
    Array.from(MARKER, (letter) => letter.charCodeAt(0)),
    metadata.bytes,
  ].flat());

  /** Bits of an entry in the tree. */
  function bitsOf({ address, length }: MmdbEntry): number {
    return length + (ipVersion === 6 && address.length === 4 ? 96 : 0);
  }
}

function placed(address: Uint8Array, ipVersion: 4 | 6): Uint8Array {
  return ipVersion === 6 && address.length === 4
    ? Uint8Array.of(...new Uint8Array(12), ...address)
    : address;
}

const bitAt = (bytes: Uint8Array, bit: number) =>
  (bytes[bit >> 3]! >> 7 - (bit & 7) & 1) as 0 | 1;

/** Puts `what` where `bits` of an address lead to; a record above it is divided. */
function insert(root: Node, address: Uint8Array, bits: number, what: Side) {
  if (bits === 0) {
    root.sides.fill(what);
    return;
  }
  nodeAt(root, address, bits - 1).sides[bitAt(address, bits - 1)] = what;
}

/** The node at a prefix, made if there is none. */
function nodeAt(root: Node, address: Uint8Array, bits: number): Node {
  let node = root;
  for (let bit = 0; bit < bits; bit++) {
    const at = bitAt(address, bit);
    const side = node.sides[at];
    if (side instanceof Node) node = side;
    else {
      const next = new Node();
      next.sides.fill(side);
      node.sides[at] = next;
      node = next;
    }
  }
  return node;
}

function nodeBytes(left: number, right: number, recordSize: 24 | 28 | 32) {
  const bytes = (value: number, count: number) =>
    Array.from(
      { length: count },
      (_, at) => Math.floor(value / 2 ** (8 * (count - 1 - at))) & 255,
    );
  if (recordSize === 24) return [...bytes(left, 3), ...bytes(right, 3)];
  if (recordSize === 32) return [...bytes(left, 4), ...bytes(right, 4)];
  const middle = (left >>> 24) << 4 | right >>> 24;
  return [...bytes(left, 3), middle, ...bytes(right, 3)];
}

/** A section of data: values of the same text are written once, and pointed to. */
class DataWriter {
  readonly bytes: number[] = [];
  readonly #places = new Map<string, number>();

  /** Where a value is; it is written if it is new. */
  placeOf(value: MmdbValue): number {
    const key = keyOf(value);
    const place = this.#places.get(key);
    if (place !== undefined) return place;
    // Parts come first, so that this value can point to them.
    const parts = typeof value === "object" && !(value instanceof Uint16)
      ? Object.entries(value).flat()
      : [];
    for (const part of parts) {
      if (typeof part !== "boolean") this.placeOf(part as MmdbValue);
    }
    const at = this.bytes.length;
    this.write(value);
    this.#places.set(key, at);
    return at;
  }

  /** Appends a value. */
  write(value: MmdbValue): void {
    if (typeof value === "string") {
      const text = new TextEncoder().encode(value);
      this.#control(TYPE.text, text.length);
      this.bytes.push(...text);
    } else if (typeof value === "number") this.#whole(TYPE.uint32, value);
    else if (typeof value === "bigint") this.#whole(TYPE.uint64, value);
    else if (value instanceof Uint16) this.#whole(TYPE.uint16, value.value);
    else if (typeof value === "boolean") {
      this.#control(TYPE.boolean, Number(value));
    } else if (Array.isArray(value)) {
      this.#control(TYPE.array, value.length);
      for (const item of value) this.#refer(item);
    } else {
      const pairs = Object.entries(value);
      this.#control(TYPE.map, pairs.length);
      for (const [key, item] of pairs) {
        this.#refer(key);
        this.#refer(item as MmdbValue);
      }
    }
  }

  /** Appends a value, or a pointer to where it is. */
  #refer(value: MmdbValue): void {
    const place = this.#places.get(keyOf(value));
    if (place === undefined) return this.write(value);
    const low = (bytes: number, from: number) =>
      Array.from(
        { length: bytes },
        (_, at) => from >>> 8 * (bytes - 1 - at) & 255,
      );
    const control = TYPE.pointer << 5;
    if (place < 2048) {
      this.bytes.push(control | place >> 8, place & 255);
    } else if (place < 526_336) {
      const rest = place - 2048;
      this.bytes.push(control | 1 << 3 | rest >> 16, ...low(2, rest));
    } else {
      const rest = place - 526_336;
      this.bytes.push(control | 2 << 3 | rest >> 24, ...low(3, rest));
    }
  }

  /** A number in as few bytes as it needs, as the format demands. */
  #whole(type: number, value: number | bigint): void {
    const bytes: number[] = [];
    for (let rest = BigInt(value); rest > 0n; rest >>= 8n) {
      bytes.unshift(Number(rest & 255n));
    }
    this.#control(type, bytes.length);
    this.bytes.push(...bytes);
  }

  #control(type: number, size: number): void {
    const [code, more] = size < 29
      ? [size, []]
      : size < 285
      ? [29, [size - 29]]
      : size < 65_821
      ? [30, [size - 285 >> 8, size - 285 & 255]]
      : [31, [16, 8, 0].map((shift) => size - 65_821 >> shift & 255)];
    if (type < 8) this.bytes.push(type << 5 | code);
    else this.bytes.push(code, type - 7);
    this.bytes.push(...more);
  }
}

function keyOf(value: MmdbValue): string {
  return JSON.stringify(
    value,
    (_, part) =>
      typeof part === "bigint"
        ? { bigint: String(part) }
        : part instanceof Uint16
        ? { uint16: part.value }
        : part,
  );
}
