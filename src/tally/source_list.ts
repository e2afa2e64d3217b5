/** Sources and their counters in typed arrays. */
import {
  ADDRESS_SIZE,
  type Family,
  formatAddressAt,
} from "../basics/address.ts";
import { grown } from "../basics/growing_array.ts";
import { keyLayout, KeyReader } from "../basics/key_layout.ts";
import {
  BY_SOURCE,
  byText,
  type FieldValue,
  type Keying,
  keyText,
} from "../basics/keys.ts";

/** Packets and bytes, exact. */
export interface Tally {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** The sum of some sources, and how many they are. */
export interface SourceSum extends Tally {
  readonly sources: number;
}

/** An exact counter: a bigint only if a number would round it. */
export type Count = number | bigint;

/** No packets. */
export const NOTHING: Tally = { packets: 0n, bytes: 0n };

/** The sum of two tallies. */
export function plus(a: Tally, b: Tally): Tally {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes };
}

/** The difference of two tallies. */
export function minus(a: Tally, b: Tally): Tally {
  return { packets: a.packets - b.packets, bytes: a.bytes - b.bytes };
}

/** u32 words of a row's counters: packets and bytes, each with its lower half first. */
export const HALVES = 4;
const TWO_32 = 2 ** 32;
/** A u64 is a safe integer if its upper half is below this. */
const SAFE_HIGH = 2 ** 21;
/** Index of a counter among the words of a row. */
export const COUNTER = { packets: 0, bytes: 2 } as const;

/**
 * Sources of one family with their counters, in rows from 0. Counters are u64s,
 * kept as u32 halves in typed arrays: with a million rows, objects or bigints
 * would take several times the memory and the time.
 *
 * @example
 * const list = new SourceList("ipv4");
 * list.addSources(keys, 1, [tallies], count);
 * for (let row = 0; row < list.length; row++) console.log(list.keyText(row));
 */
export class SourceList {
  readonly family: Family;
  readonly keying: Keying;
  /** u32 words of a key. */
  readonly words: number;
  /** Whether keys are whole source addresses. */
  readonly #isPlain: boolean;
  readonly #reader: KeyReader;
  /** Rows in use. */
  length = 0;
  /** In network byte order; key_layout.ts says where each field is. */
  keys: Uint32Array<ArrayBuffer>;
  counters: Uint32Array<ArrayBuffer>;

  constructor(family: Family, keying = BY_SOURCE, capacity = 64) {
    this.family = family;
    this.keying = keying;
    this.words = Math.ceil(keyLayout(family, keying).size / 4);
    this.#isPlain = byText(keying) === "source" &&
      keying.prefix[family] === ADDRESS_SIZE[family] * 8;
    this.#reader = new KeyReader(family, keying);
    this.keys = new Uint32Array(capacity * this.words);
    this.counters = new Uint32Array(capacity * HALVES);
  }

  /** Removes all rows; the arrays stay allocated. */
  clear(): void {
    this.length = 0;
  }

  /**
   * Appends sources that are not in the list, except those without packets.
   *
   * @param keys their keys in network byte order, each `stride` words after the
   * one before
   * @param tallies for each CPU their counters, HALVES words each; they are added
   * @param count how many sources there are
   */
  addSources(
    keys: Uint32Array,
    stride: number,
    tallies: readonly Uint32Array[],
    count: number,
  ): void {
    this.#reserve(this.length + count);
    const first = this.length;
    this.#addKeys(keys, stride, count);
    const begin = first * HALVES;
    const end = begin + count * HALVES;
    const [one, ...others] = tallies;
    if (one === undefined) this.counters.fill(0, begin, end);
    else this.counters.set(one, begin);
    for (const other of others) addAll(this.counters, begin, other);
    this.length += count;
    this.#dropUnused(first);
  }

  #addKeys(from: Uint32Array, stride: number, count: number): void {
    const { keys, words } = this;
    let to = this.length * words;
    for (let row = 0, at = 0; row < count; row++, at += stride) {
      for (let word = 0; word < words; word++) keys[to++] = from[at + word]!;
    }
  }

  /** Removes the rows without packets, from row `first` on. */
  #dropUnused(first: number): void {
    const { counters, length } = this;
    let row = first;
    const isUsed = (at: number) =>
      counters[at * HALVES] !== 0 || counters[at * HALVES + 1] !== 0;
    while (row < length && isUsed(row)) row++;
    this.length = row;
    for (; row < length; row++) if (isUsed(row)) this.appendRow(this, row);
  }

  /** Appends row `row` of `list`. */
  appendRow(list: SourceList, row: number): void {
    this.#reserve(this.length + 1);
    const { words } = this;
    for (let word = 0; word < words; word++) {
      this.keys[this.length * words + word] = list.keys[row * words + word]!;
    }
    for (let half = 0; half < HALVES; half++) {
      this.counters[this.length * HALVES + half] = list
        .counters[row * HALVES + half]!;
    }
    this.length++;
  }

  /** Appends a source without packets; its key is the first words of `key`. */
  protected append(key: Uint32Array): void {
    this.#reserve(this.length + 1);
    const { keys, counters, words } = this;
    const at = this.length * words;
    for (let word = 0; word < words; word++) keys[at + word] = key[word]!;
    counters.fill(0, this.length * HALVES, (this.length + 1) * HALVES);
    this.length++;
  }

  /** Adds the counters of row `from` of `list` to those of row `row`. */
  addRow(row: number, list: SourceList, from: number): void {
    addCounters(this.counters, row, list, from);
  }

  /** Packets of a row, rounded above 2^53: for sorting and rates. */
  packets(row: number): number {
    return this.counters[row * HALVES]! +
      this.counters[row * HALVES + 1]! * TWO_32;
  }

  /** Bytes of a row, rounded above 2^53. */
  bytes(row: number): number {
    return this.counters[row * HALVES + 2]! +
      this.counters[row * HALVES + 3]! * TWO_32;
  }

  /** The exact counters of a row. */
  tally(row: number): Tally {
    return readTally(this.counters, row);
  }

  /** The key of a row as text. */
  keyText(row: number): string {
    return this.#isPlain
      ? formatAddressAt(this.family, this.keys, row)
      : keyText(this.values(row));
  }

  /** The values of the fields of a row's key. */
  values(row: number): FieldValue[] {
    return this.#reader.values(this.key(row));
  }

  /** An exact counter of a row. @param at an element of `COUNTER` */
  count(row: number, at: number): Count {
    const low = this.counters[row * HALVES + at]!;
    const high = this.counters[row * HALVES + at + 1]!;
    if (high === 0) return low;
    return high < SAFE_HIGH
      ? high * TWO_32 + low
      : BigInt(low) + (BigInt(high) << 32n);
  }

  /** A view of the key of a row, in network byte order. */
  key(row: number): Uint8Array {
    return new Uint8Array(
      this.keys.buffer,
      row * this.words * 4,
      this.words * 4,
    );
  }

  /** The sum of the counters of all rows. */
  sum(): Tally {
    const total = new Uint32Array(HALVES);
    for (let row = 0; row < this.length; row++) {
      addCounters(total, 0, this, row);
    }
    return readTally(total, 0);
  }

  /** Rows that fit without growing. */
  get capacity(): number {
    return this.counters.length / HALVES;
  }

  #reserve(rows: number): void {
    if (rows <= this.capacity) return;
    this.keys = grown(this.keys, rows * this.words);
    this.counters = grown(this.counters, rows * HALVES);
  }
}

/** Adds all counters of `others` to those of `counters` from index `begin` on. */
function addAll(
  counters: Uint32Array,
  begin: number,
  others: Uint32Array,
): void {
  for (let at = 0; at < others.length; at += 2) {
    addHalves(counters, begin + at, others, at);
  }
}

/** Adds the u64 at index `at` of `others` to the one at index `to` of `counters`. */
function addHalves(
  counters: Uint32Array,
  to: number,
  others: Uint32Array,
  at: number,
): void {
  const low = counters[to]! + others[at]!;
  const carry = low >= TWO_32 ? 1 : 0;
  counters[to] = low;
  counters[to + 1] = counters[to + 1]! + others[at + 1]! + carry;
}

/** The exact counters of row `row` of `counters`. */
export function readTally(counters: Uint32Array, row: number): Tally {
  const u64 = (at: number) =>
    BigInt(counters[at]!) + (BigInt(counters[at + 1]!) << 32n);
  return { packets: u64(row * HALVES), bytes: u64(row * HALVES + 2) };
}

/** Adds the counters of row `from` of `list` to row `row` of `counters`. */
export function addCounters(
  counters: Uint32Array,
  row: number,
  list: SourceList,
  from: number,
): void {
  for (let half = 0; half < HALVES; half += 2) {
    addHalves(
      counters,
      row * HALVES + half,
      list.counters,
      from * HALVES + half,
    );
  }
}
