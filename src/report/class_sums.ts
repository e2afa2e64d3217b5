/** Exact sums of the classes of packets, for any number of runs. */
import {
  type ClassCounts,
  PACKET_CLASSES,
  type PacketClass,
} from "./capture_record.ts";
import { SumColumn } from "./sum_columns.ts";

/** Packets and bytes by class. */
export type Sums = Record<PacketClass, { packets: bigint; bytes: bigint }>;

/** Two columns with a row for each class of each owner. */
export class ClassSums {
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();

  /** Adds the counts of a record; owners are numbered from 0. */
  add(owner: number, counts: ClassCounts): void {
    let row = owner * PACKET_CLASSES.length;
    for (const name of PACKET_CLASSES) {
      const { packets, bytes } = counts[name];
      this.#packets.add(row, packets);
      this.#bytes.add(row++, bytes);
    }
  }

  of(owner: number): Sums {
    const first = owner * PACKET_CLASSES.length;
    return Object.fromEntries(
      PACKET_CLASSES.map((name, at) => [name, {
        packets: this.#packets.get(first + at),
        bytes: this.#bytes.get(first + at),
      }]),
    ) as Sums;
  }
}

/** The sum of two. */
export function plusSums(a: Sums, b: Sums): Sums {
  return Object.fromEntries(
    PACKET_CLASSES.map((name) => [name, {
      packets: a[name].packets + b[name].packets,
      bytes: a[name].bytes + b[name].bytes,
    }]),
  ) as Sums;
}
