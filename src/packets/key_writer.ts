/** Writes what a packet is counted by: the fields of --by, from its reading. */
import { ADDRESS_SIZE, type Family } from "../basics/address.ts";
import { keyLayout, type KeyPart } from "../basics/key_layout.ts";
import { type Keying, NO_VLAN, TCP_KINDS } from "../basics/keys.ts";
import { prefixMask } from "../basics/prefix.ts";
import { ABSENT, type FrameReading } from "../frame/reading.ts";

const MAC_SIZE = 6;
/** Behind a MAC address: there is one. */
const IS_MAC = 1;

/** Which bits of addresses count: of the packet's family, and of each. */
type Masks = Readonly<Record<"own" | Family, Uint8Array>>;

/** Writes a part of a key. */
type WritePart = (
  key: Uint8Array,
  at: number,
  reading: FrameReading,
  masks: Masks,
) => void;

/** The bytes are in network order, and 0 if the packet lacks the field. */
const WRITE: Readonly<Record<KeyPart, WritePart>> = {
  "source": (key, at, { bytes, source }, { own }) =>
    writeAddress(key, at, bytes, source, own),
  "destination": (key, at, { bytes, destination }, { own }) =>
    writeAddress(key, at, bytes, destination, own),
  "outer-family": (key, at, { outerSource, outerFamily }) => {
    key[at] = outerSource === ABSENT ? 0 : outerFamily === "ipv4" ? 4 : 6;
  },
  "outer-source": (key, at, { bytes, outerSource, outerFamily }, masks) => {
    key.fill(0, at, at + ADDRESS_SIZE.ipv6);
    if (outerSource === ABSENT) return;
    writeAddress(key, at, bytes, outerSource, masks[outerFamily]);
  },
  "protocol": (key, at, { protocol }) => {
    key[at] = protocol;
  },
  "has-ports": (key, at, { port }) => {
    key[at] = port === ABSENT ? 0 : 1;
  },
  "source-port": (key, at, { sourcePort }) =>
    writeU16(key, at, sourcePort === ABSENT ? 0 : sourcePort),
  "port": (key, at, { port }) => writeU16(key, at, port === ABSENT ? 0 : port),
  "tcp": (key, at, { tcp }) => {
    key[at] = tcp === undefined ? 0 : TCP_KINDS.indexOf(tcp);
  },
  "dscp": (key, at, { dscp }) => {
    key[at] = dscp;
  },
  "mac": (key, at, { bytes, mac }) => {
    if (mac === ABSENT) key.fill(0, at, at + MAC_SIZE + 2);
    else {
      for (let byte = 0; byte < MAC_SIZE; byte++) {
        key[at + byte] = bytes[mac + byte]!;
      }
      writeU16(key, at + MAC_SIZE, IS_MAC);
    }
  },
  "vlan": (key, at, { vlan }) =>
    writeU16(key, at, vlan === ABSENT ? NO_VLAN : vlan),
  "ethertype": (key, at, { etherType }) => writeU16(key, at, etherType),
  "verdict": () => {
    throw new Error("no file has verdicts");
  },
};

function writeAddress(
  key: Uint8Array,
  at: number,
  bytes: Uint8Array,
  from: number,
  mask: Uint8Array,
): void {
  for (let byte = 0; byte < mask.length; byte++) {
    key[at + byte] = bytes[from + byte]! & mask[byte]!;
  }
}

function writeU16(key: Uint8Array, at: number, value: number): void {
  key[at] = value >> 8;
  key[at + 1] = value;
}

/**
 * Writes the keys of one family's packets, or of frames by fields of the link alone.
 * The bytes are those that the BPF program writes, by the same layout.
 *
 * @example
 * const writer = new KeyWriter("ipv4", BY_SOURCE);
 * writer.write(reading);
 * table.addPacket(writer.key, length);
 */
export class KeyWriter {
  /** The key that was written last. */
  readonly key: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #masks: Masks;
  readonly #parts: readonly {
    readonly write: WritePart;
    readonly at: number;
  }[];

  constructor(family: Family, keying: Keying) {
    const { at, words } = keyLayout(family, keying);
    const U32S = 2; // of a word
    this.key = new Uint32Array(words * U32S);
    this.#bytes = new Uint8Array(this.key.buffer);
    const mask = (of: Family) =>
      prefixMask(ADDRESS_SIZE[of], keying.prefix[of]);
    this.#masks = {
      own: mask(family),
      ipv4: mask("ipv4"),
      ipv6: mask("ipv6"),
    };
    this.#parts = Object.entries(at).map(([part, at]) => ({
      write: WRITE[part as KeyPart],
      at,
    }));
  }

  /** Writes the key of a packet of this family, or of a frame. */
  write(reading: FrameReading): void {
    for (const { write, at } of this.#parts) {
      write(this.#bytes, at, reading, this.#masks);
    }
  }
}
