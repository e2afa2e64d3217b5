/** Exact sums of the classes of packets, for any number of runs. */
import { type ClassCounts, COUNTED, PACKET_CLASSES } from "./capture_record.ts";
import { VERDICTS } from "../basics/keys.ts";
import { SumColumn } from "./sum_columns.ts";

/** Exact packets and bytes. */
interface Sum {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** By class, and by verdict. */
export type Sums = Readonly<Record<typeof COUNTED[number], Sum>>;

/** Two columns with a row for each class of each owner. */
export class ClassSums {
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();

  /** Adds the counts of a record; owners are numbered from 0. */
  add(owner: number, counts: ClassCounts): void {
    let row = owner * COUNTED.length;
    for (const name of COUNTED) {
      const { packets = 0, bytes = 0 } = counts[name] ?? {};
      this.#packets.add(row, packets);
      this.#bytes.add(row++, bytes);
    }
  }

  of(owner: number): Sums {
    const first = owner * COUNTED.length;
    return Object.fromEntries(
      COUNTED.map((name, at) => [name, {
        packets: this.#packets.get(first + at),
        bytes: this.#bytes.get(first + at),
      }]),
    ) as Sums;
  }
}

/** The sum of two. */
export function plusSums(a: Sums, b: Sums): Sums {
  return Object.fromEntries(
    COUNTED.map((name) => [name, {
      packets: a[name].packets + b[name].packets,
      bytes: a[name].bytes + b[name].bytes,
    }]),
  ) as Sums;
}

/** All classes with their sums. */
export function classesOf(sums: Sums): [string, Sum][] {
  return PACKET_CLASSES.map((name) => [name, sums[name]]);
}

/** The verdicts that occurred, with their sums; empty: no XDP program was observed. */
export function verdictsIn(sums: Sums): [string, Sum][] {
  return VERDICTS.map((name): [string, Sum] => [name, sums[name]])
    .filter(([, { packets }]) => packets > 0n);
}
