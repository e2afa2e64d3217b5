/** The two generations of a loaded object's maps: switch, wait, read and empty. */
import { call } from "../ffi/errno.ts";
import { u32 } from "../ffi/memory.ts";
import { FAMILIES, type Family } from "../basics/address.ts";
import { VERDICTS } from "../basics/keys.ts";
import {
  FIRST_ERA,
  type Generation,
  LAST_ERA,
  MOST_TYPES,
  STRUCTS,
  TALLY_SIZE,
  TOTALS,
  TYPE_BITS,
  USED_SIZE,
} from "./layout.ts";
import type { LoadedObject } from "./object.ts";

/** What the sources of a generation are given to. */
interface SourceSink {
  /**
   * @param keys in network byte order, see src/basics/key_layout.ts; each begins `stride`
   * words after the one before
   * @param tallies an array for each CPU: for each key two u64, packets and bytes,
   * as u32 halves, the lower half first. A key may have no packets.
   * @param count number of keys
   */
  addSources(
    keys: Uint32Array,
    stride: number,
    tallies: readonly Uint32Array[],
    count: number,
  ): void;
}

const TALLY_WORDS = TALLY_SIZE / 4;
/** Which words of struct totals are counters to add up. */
const COUNTERS = [
  [0, TOTALS.spare],
  [TOTALS.verdicts, TOTALS.verdicts + VERDICTS.length * TALLY_SIZE / 8],
] as const;
const TYPE_WORDS = STRUCTS.typeCount.size / 8;

/** The classes of a generation. */
export interface Drained {
  /** Its counters, summed over the CPUs, in the words of `TOTALS`. */
  readonly words: BigUint64Array;
  /** Packets of non-IP frames by EtherType, as far as the CPUs had room for them. */
  readonly types: ReadonlyMap<number, bigint>;
}

/**
 * The two generations of a program's maps: frames are counted into the active
 * one while the other is read. Between `switch` and `drain`, `waitForAll` must
 * have returned: frames that began before may still be counted.
 *
 * @example
 * ```ts
 * const generations = new Generations(object);
 * const retired = generations.active;
 * generations.switch();
 * generations.waitForAll();
 * const { words } = generations.drain(retired, { ipv4: list4, ipv6: list6 });
 * words[TOTALS.total]; // packets in all, 7n
 * ```
 */
export class Generations {
  readonly #object: LoadedObject;
  /** Number of windows that have ended. */
  #windows = 0;

  constructor(object: LoadedObject) {
    this.#object = object;
  }

  /** The generation that new frames are counted into. */
  get active(): Generation {
    return this.#windows % 2 as Generation;
  }

  /**
   * Makes new frames count into the other generation, in its next era.
   *
   * @throws {CallError} nothing has changed
   */
  switch(): void {
    const next = this.#windows + 1;
    const generation = next % 2 as Generation;
    const era = FIRST_ERA + Math.floor(next / 2) % LAST_ERA;
    const startsOver = era === FIRST_ERA && next >= 2;
    const { memory } = this.#object;
    if (startsOver) memory.clearIndex(generation);
    // One store, so that no CPU reads half of a window. It orders what was stored
    // before it: a CPU that reads the window also sees its generation emptied.
    Atomics.store(memory.window, 0, era << 1 | generation);
    this.#windows = next;
  }

  /**
   * Waits until all programs that run now, on any interface, have ended: nothing
   * counts any more into what was retired or detached before.
   *
   * @throws {CallError}
   * @see maybe_wait_bpf_programs in kernel/bpf/syscall.c
   */
  waitForAll(): void {
    const { lib, maps } = this.#object;
    const value = u32(maps.idle);
    call(lib.symbols, "bpf_map_update_elem", maps.barrier, u32(0), value, 0n);
  }

  /**
   * Gives the sources of a retired generation to `sink`, and empties it. The
   * active one may be drained only once the program is detached, since its index
   * keeps the sources.
   */
  drain(
    generation: Generation,
    sink: Readonly<Record<Family, SourceSink>>,
  ): Drained {
    const { cpus, totals: all } = this.#object.memory;
    const sum = new BigUint64Array(TOTALS.size);
    const types = new Map<number, bigint>();
    const columns: number[] = [];
    for (let cpu = 0; cpu < cpus.possible; cpu++) {
      const at = (generation * cpus.possible + cpu) * TOTALS.size;
      if (all[at + TOTALS.total] === 0n) continue; // this CPU saw nothing
      const totals = all.subarray(at, at + TOTALS.size);
      for (const [from, to] of COUNTERS) {
        for (let word = from; word < to; word++) sum[word]! += totals[word]!;
      }
      if (totals[TOTALS.nonIp] !== 0n) addTypes(types, totals);
      totals.fill(0n);
      // A CPU that was added since the start has no tallies.
      if (cpu < cpus.present) columns.push(generation * cpus.present + cpu);
    }
    for (const family of FAMILIES) {
      this.#drainTable(family, generation, columns, sink[family]);
    }
    return { words: sum, types };
  }

  #drainTable(
    family: Family,
    generation: Generation,
    columns: readonly number[],
    sink: SourceSink,
  ): void {
    const { size, keyWords, keys, tallies, used } =
      this.#object.memory.tables[family];
    const at = generation * USED_SIZE / 4;
    const count = used[at]!;
    if (count === 0) return;
    const ofColumns = columns.map((column) => {
      const begin = column * size * TALLY_WORDS;
      return tallies.subarray(begin, begin + count * TALLY_WORDS);
    });
    sink.addSources(
      keys.subarray(generation * size * keyWords),
      keyWords,
      ofColumns,
      count,
    );
    for (const column of ofColumns) column.fill(0);
    used[at] = 0;
  }
}

/** Adds the EtherTypes of one CPU's totals. */
function addTypes(types: Map<number, bigint>, totals: BigUint64Array): void {
  for (let entry = 0; entry < MOST_TYPES; entry++) {
    const at = TOTALS.types + entry * TYPE_WORDS;
    if (totals[at] === 0n) return;
    const type = Number(BigInt.asUintN(TYPE_BITS, totals[at]!));
    types.set(type, (types.get(type) ?? 0n) + totals[at + 1]!);
  }
}
