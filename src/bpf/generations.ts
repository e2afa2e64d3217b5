import { check } from "../ffi/errno.ts";
import { u32 } from "../ffi/memory.ts";
import { FAMILIES, type Family } from "../basics/address.ts";
import {
  FIRST_ERA,
  type Generation,
  KEY_SIZE,
  LAST_ERA,
  TALLY_SIZE,
  TOTALS,
  USED_SIZE,
} from "./layout.ts";
import type { LoadedObject } from "./object.ts";

/** Takes the sources of a generation. */
interface SourceSink {
  /**
   * @param keys in network byte order, see src/basics/keys.ts; each begins `stride`
   * words after the one before
   * @param tallies of each CPU: for each key two u64, packets and bytes, as u32
   * halves, the lower half first. A key may have no packets.
   * @param count how many keys these are
   */
  addSources(
    keys: Uint32Array,
    stride: number,
    tallies: readonly Uint32Array[],
    count: number,
  ): void;
}

const TALLY_WORDS = TALLY_SIZE / 4;

/**
 * The two generations of one interface's maps: the program counts into the
 * active one, the other is read. A generation is read only after `waitForAll`
 * has returned since it was retired.
 */
export class Generations {
  readonly #object: LoadedObject;
  /** Windows that have ended. */
  #windows = 0;

  constructor(object: LoadedObject) {
    this.#object = object;
  }

  /** The generation that frames are counted into. */
  get active(): Generation {
    return this.#windows % 2 as Generation;
  }

  /**
   * Makes the next frames count into the other generation.
   *
   * @throws {CallError} nothing has changed
   */
  switch(): void {
    const next = this.#windows + 1;
    const generation = next % 2;
    const era = FIRST_ERA + Math.floor(next / 2) % LAST_ERA;
    const isAnew = era === FIRST_ERA && next >= 2;
    if (isAnew) this.#object.memory.clearIndex(generation);
    this.#update(this.#object.maps.window, era << 1 | generation);
    this.#windows = next;
  }

  /**
   * Waits until no program runs that began before the call, on whichever
   * interface: what was retired or detached before is quiet after it.
   *
   * @throws {CallError}
   */
  waitForAll(): void {
    this.#update(this.#object.maps.barrier, this.#object.maps.idle);
  }

  /** Sets the only entry of an array map. */
  #update(map: number, value: number): void {
    check(
      "bpf_map_update_elem",
      this.#object.lib.symbols.bpf_map_update_elem(map, u32(0), u32(value), 0n),
    );
  }

  /**
   * Empties a quiet generation: gives its sources to `sink`. The active one
   * only where nothing will be counted any more: its index still has them.
   *
   * @returns its class totals, in the words of `TOTALS`
   */
  drain(
    generation: Generation,
    sink: Readonly<Record<Family, SourceSink>>,
  ): BigUint64Array {
    const { cpus, totals: all } = this.#object.memory;
    const sum = new BigUint64Array(TOTALS.words);
    const columns: number[] = [];
    for (let cpu = 0; cpu < cpus.possible; cpu++) {
      const at = (generation * cpus.possible + cpu) * TOTALS.words;
      const totals = all.subarray(at, at + TOTALS.words);
      if (totals[TOTALS.total] === 0n) continue; // this CPU saw nothing
      for (let word = 0; word < TOTALS.words; word++) {
        sum[word]! += totals[word]!;
      }
      totals.fill(0n);
      // One that was added since has no tallies: its sources are untracked.
      if (cpu < cpus.present) columns.push(generation * cpus.present + cpu);
    }
    for (const family of FAMILIES) {
      this.#drainTable(family, generation, columns, sink[family]);
    }
    return sum;
  }

  #drainTable(
    family: Family,
    generation: Generation,
    columns: readonly number[],
    sink: SourceSink,
  ): void {
    const { maxSources, tables } = this.#object.memory;
    const { keys, tallies, used } = tables[family];
    const at = generation * USED_SIZE / 4;
    const count = used[at]!;
    if (count === 0) return;
    const stride = KEY_SIZE[family] / 4;
    const ofColumns = columns.map((column) => {
      const begin = column * maxSources * TALLY_WORDS;
      return tallies.subarray(begin, begin + count * TALLY_WORDS);
    });
    sink.addSources(
      keys.subarray(generation * maxSources * stride),
      stride,
      ofColumns,
      count,
    );
    for (const column of ofColumns) column.fill(0);
    used[at] = 0;
  }
}
