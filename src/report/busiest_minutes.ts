/** Finds the busiest minute of each group on one interface, in whatever order ticks come. */
import type { JsonCount } from "./counts.ts";
import { MinuteTable } from "./minute_table.ts";
import { SparseBits } from "./sparse_bits.ts";
import { NumberColumn } from "./sum_columns.ts";

const MINUTE = 60_000;
/** A key is an interface's number and a minute since 1970, which may be before it. */
const MINUTES = 2 ** 34;
/** Slots of all open tables together: 25 MB. */
const MOST_SLOTS = 2 ** 21;

/**
 * The sums of a minute on an interface are in a table while the minute is open.
 * When the tables become too large, the one that was used longest ago is closed:
 * only the largest sum of each row is kept. If a closed minute gets another tick
 * (ticks are far from being in order), its sums must be made again, with
 * `startAgain` and all ticks once more. So the answer is exact for every order,
 * in bounded memory.
 */
export class BusiestMinutes {
  readonly #mostSlots: number;
  /** Open minutes by key, the one that was used longest ago first. */
  readonly #tables = new Map<number, MinuteTable>();
  #slots = 0;
  #closed = new SparseBits();
  /** Minutes that were open twice. */
  #reopened = new Set<number>();
  /** What is summed again; undefined: every minute, for the first time. */
  #wanted: Set<number> | undefined;
  #table: MinuteTable | undefined;
  #key = NaN;
  readonly #packets = new NumberColumn();
  /** Sums above 2^53. */
  readonly #big = new Map<number, bigint>();
  readonly #minutes = new NumberColumn();

  constructor(mostSlots = MOST_SLOTS) {
    this.#mostSlots = mostSlots;
  }

  /** Selects the minute that a tick began in; `start` is in ms since 1970. */
  select(interfaceNumber: number, start: number): void {
    const key = interfaceNumber * MINUTES + MINUTES / 2 +
      Math.floor(start / MINUTE);
    if (key === this.#key) return;
    this.#key = key;
    this.#table = this.#wanted === undefined || this.#wanted.has(key)
      ? this.#open(key)
      : undefined;
  }

  /** Adds packets of a row to the selected minute. */
  add(row: number, packets: JsonCount): void {
    this.#table?.add(row, packets);
  }

  /** Call when the rows of a tick are added. */
  settle(): void {
    const table = this.#table;
    if (table === undefined) return;
    this.#slots += table.grownBy();
    while (this.#slots > this.#mostSlots && this.#tables.size > 1) {
      this.#giveUp(this.#wanted === undefined ? this.#oldest() : this.#last());
    }
  }

  /** Ends the first reading, or another one. @returns whether there must be another */
  finish(): boolean {
    for (const [key, table] of this.#tables) this.#close(key, table);
    return this.#reopened.size > 0;
  }

  /** Begins another reading of the same ticks, for the minutes that it needs. */
  startAgain(): void {
    this.#wanted = this.#reopened;
    this.#reopened = new Set();
    this.#closed = new SparseBits();
    this.#key = NaN;
  }

  /** A row's largest sum, and the start of its minute (the first of several). */
  of(row: number): { minute: number; packets: bigint } {
    const packets = this.#big.get(row) ?? BigInt(this.#packets.get(row));
    return { minute: packets === 0n ? NaN : this.#minutes.get(row), packets };
  }

  #open(key: number): MinuteTable {
    let table = this.#tables.get(key);
    if (table !== undefined) {
      this.#tables.delete(key); // to put it last
    } else {
      if (this.#closed.has(key)) this.#reopened.add(key);
      table = new MinuteTable();
    }
    this.#tables.set(key, table);
    return table;
  }

  /** The open minute that was used longest ago. */
  #oldest(): number {
    return this.#tables.keys().next().value!;
  }

  /** The last open minute. When sums are made again, it waits for the next reading. */
  #last(): number {
    return this.#tables.keys().reduce((most, key) => Math.max(most, key));
  }

  #giveUp(key: number): void {
    const table = this.#tables.get(key)!;
    if (this.#wanted !== undefined) {
      this.#wanted.delete(key);
      this.#reopened.add(key);
      this.#drop(key, table);
    } else this.#close(key, table);
    if (key === this.#key) this.#key = NaN;
  }

  #close(key: number, table: MinuteTable): void {
    const minute = (key % MINUTES - MINUTES / 2) * MINUTE;
    table.each((row, sum, big) => {
      if (big !== undefined) this.#keepBig(row, big, minute);
      else if (!this.#big.has(row)) this.#keep(row, sum, minute);
    });
    this.#closed.add(key);
    this.#drop(key, table);
  }

  #drop(key: number, table: MinuteTable): void {
    this.#slots -= table.slots;
    this.#tables.delete(key);
  }

  #keep(row: number, sum: number, minute: number): void {
    const most = this.#packets.get(row);
    if (sum < most) return;
    if (sum === most && !(minute < this.#minutes.get(row))) return;
    this.#packets.set(row, sum);
    this.#minutes.set(row, minute);
  }

  #keepBig(row: number, sum: bigint, minute: number): void {
    const most = this.#big.get(row) ?? 0n;
    if (sum < most || sum === most && minute >= this.#minutes.get(row)) return;
    this.#big.set(row, sum);
    this.#minutes.set(row, minute);
  }
}
