/** A small hash table: the packets of each row in one minute. */
import type { JsonCount } from "./counts.ts";

/** Packets by row. It is as small as the rows that it has, so it stays in the cache. */
export class MinuteTable {
  /** Row + 1; 0: the slot is free. At most half are taken. */
  #rows = new Int32Array(32);
  #sums = new Float64Array(32);
  #length = 0;
  /** Sums above 2^53 - 1; their slot has Infinity. */
  #big: Map<number, bigint> | undefined;
  #counted = 0;

  get slots(): number {
    return this.#rows.length;
  }

  /** Slots that it has more than when this was asked last. */
  grownBy(): number {
    const more = this.slots - this.#counted;
    this.#counted = this.slots;
    return more;
  }

  /** Adds packets to a row. */
  add(row: number, packets: JsonCount): void {
    const slot = this.#slotOf(row);
    if (this.#rows[slot] === 0) {
      this.#rows[slot] = row + 1;
      this.#length++;
    }
    const sum = this.#sums[slot]! +
      (typeof packets === "number" ? packets : NaN);
    if (sum <= Number.MAX_SAFE_INTEGER) this.#sums[slot] = sum;
    else this.#addBig(slot, row, packets);
    if (this.#length * 2 > this.#rows.length) this.#grow();
  }

  /** Calls `take` for each row; `big` is its sum if that is above 2^53 - 1. */
  each(
    take: (row: number, sum: number, big: bigint | undefined) => void,
  ): void {
    const rows = this.#rows;
    for (let slot = 0; slot < rows.length; slot++) {
      if (rows[slot] === 0) continue;
      const row = rows[slot]! - 1;
      take(row, this.#sums[slot]!, this.#big?.get(row));
    }
  }

  #slotOf(row: number): number {
    const mask = this.#rows.length - 1;
    let slot = Math.imul(row, 0x9e3779b1) >>> 8 & mask;
    while (this.#rows[slot] !== 0 && this.#rows[slot] !== row + 1) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  #addBig(slot: number, row: number, packets: JsonCount): void {
    this.#big ??= new Map();
    const sum = this.#big.get(row) ?? BigInt(this.#sums[slot]!);
    this.#big.set(row, sum + BigInt(packets));
    this.#sums[slot] = Infinity;
  }

  #grow(): void {
    const [rows, sums] = [this.#rows, this.#sums];
    this.#rows = new Int32Array(rows.length * 2);
    this.#sums = new Float64Array(rows.length * 2);
    for (let old = 0; old < rows.length; old++) {
      if (rows[old] === 0) continue;
      const slot = this.#slotOf(rows[old]! - 1);
      this.#rows[slot] = rows[old]!;
      this.#sums[slot] = sums[old]!;
    }
  }
}
