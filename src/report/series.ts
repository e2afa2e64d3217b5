/** Packets over time, for the curves of a report. */
import { grown } from "../basics/growing_array.ts";

/** One bucket of a time series. */
export interface Point {
  /** Its start, in milliseconds since 1970. */
  readonly time: number;
  readonly packets: number;
}

const BUCKETS = 128;
const MINUTE = 60_000;
/** Widths of a bucket, each a multiple of the one before; the last one is then doubled. */
const WIDTHS = [1, 5, 15, 60, 6 * 60, 24 * 60, 7 * 24 * 60]
  .map((minutes) => minutes * MINUTE);

/**
 * Packets over time by row, in a fixed number of buckets. When the captures span
 * more time than the buckets do, several buckets are merged into a wider one:
 * memory grows with the rows, not with the time.
 */
export class SeriesColumns {
  #width = WIDTHS[0]!;
  /** Start of the first bucket, a multiple of the width; -1: unset. */
  #origin = -1;
  #latest = 0;
  #values = new Float64Array(BUCKETS * 64);

  /** Width of a bucket in milliseconds. */
  get width(): number {
    return this.#width;
  }

  /** Adds packets at `time`, in milliseconds since 1970. */
  add(row: number, time: number, packets: number): void {
    this.#include(time);
    const at = row * BUCKETS + Math.floor((time - this.#origin) / this.#width);
    if (at >= this.#values.length) {
      this.#values = grown(this.#values, at + 1);
    }
    this.#values[at]! += packets;
  }

  /** The buckets of a row, up to the last bucket in which any row has packets. */
  of(row: number): Point[] {
    let last = 0;
    for (const [at, value] of this.#values.entries()) {
      if (value > 0) last = Math.max(last, at % BUCKETS);
    }
    return Array.from({ length: last + 1 }, (_, bucket) => ({
      time: this.#origin + bucket * this.#width,
      packets: this.#values[row * BUCKETS + bucket] ?? 0,
    }));
  }

  /** Widens the buckets until one of them contains `time`. */
  #include(time: number): void {
    if (this.#origin < 0) this.#origin = floorTo(time, this.#width);
    this.#latest = Math.max(this.#latest, time);
    const end = this.#origin + BUCKETS * this.#width;
    if (time >= this.#origin && time < end) return;
    const from = Math.min(time, this.#origin);
    let width = this.#width;
    while (floorTo(from, width) + BUCKETS * width <= this.#latest) {
      width = wider(width);
    }
    this.#rearrange(floorTo(from, width), width);
  }

  #rearrange(origin: number, width: number): void {
    const values = new Float64Array(this.#values.length);
    for (const [at, value] of this.#values.entries()) {
      if (value === 0) continue;
      const time = this.#origin + at % BUCKETS * this.#width;
      const bucket = Math.floor((time - origin) / width);
      values[at - at % BUCKETS + bucket]! += value;
    }
    this.#values = values;
    this.#origin = origin;
    this.#width = width;
  }
}

function floorTo(time: number, width: number): number {
  return Math.floor(time / width) * width;
}

function wider(width: number): number {
  return WIDTHS.find((one) => one > width) ?? width * 2;
}
