import { CallError, check, ERRNO } from "../ffi/errno.ts";
import { u32 } from "../ffi/memory.ts";
import { FAMILIES, type Family } from "../address.ts";
import { keySize } from "../key.ts";
import { type Generation, GENERATIONS, TALLY_SIZE, TOTALS } from "./layout.ts";
import type { Libbpf } from "./library.ts";
import type { LoadedObject } from "./object.ts";

/** Takes what one batch brought. */
export interface BatchSink {
  /**
   * @param keys in network byte order, see src/key.ts
   * @param values for each of them `cpus` pairs of u64, packets and bytes, as
   * u32 halves, the lower half first
   * @param count how many sources these are
   */
  addBatch(
    keys: Uint32Array,
    values: Uint32Array,
    count: number,
    cpus: number,
  ): void;
}

/** Bytes of values that one batch call may bring, about. */
const BATCH_BYTES = 1 << 20;
const FEWEST_ENTRIES = 512;

/**
 * The two generations of one interface's maps: the program counts into the
 * active one, the other is read. A generation is read only after `waitForAll`
 * has returned since it was retired.
 */
export class Generations {
  readonly #object: LoadedObject;
  readonly #cpus: number;
  #active: Generation = 0;
  readonly #totals = GENERATIONS.map(() => new BigUint64Array(TOTALS.words));
  readonly #perCpuTotals: BigUint64Array<ArrayBuffer>;
  readonly #cursors = [new Uint8Array(16), new Uint8Array(16)] as const;
  #keys = new Uint8Array(0);
  #values = new Uint8Array(0);

  constructor(object: LoadedObject) {
    this.#object = object;
    this.#cpus = possibleCpus(object.lib);
    this.#perCpuTotals = new BigUint64Array(TOTALS.words * this.#cpus);
    this.#allocate(
      Math.max(
        FEWEST_ENTRIES,
        Math.floor(BATCH_BYTES / (TALLY_SIZE * this.#cpus)),
      ),
    );
  }

  /** The generation that frames are counted into. */
  get active(): Generation {
    return this.#active;
  }

  /** Makes the next frames count into the other generation. */
  switch(): void {
    const next: Generation = this.#active === 0 ? 1 : 0;
    this.#update(this.#object.maps.generation, next);
    this.#active = next;
  }

  /**
   * Waits until no program runs that began before the call, on whichever
   * interface: what was retired or detached before is quiet after it.
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
   * What a quiet generation's class totals have grown by since they were last
   * taken, in the words of `TOTALS`. They are never reset in the kernel, so
   * that a read that fails loses nothing.
   */
  takeTotals(generation: Generation): BigUint64Array {
    const { lib, maps } = this.#object;
    check(
      "bpf_map_lookup_elem",
      lib.symbols.bpf_map_lookup_elem(
        maps.totals,
        u32(generation),
        bytesOf(this.#perCpuTotals),
      ),
    );
    const before = this.#totals[generation]!;
    const now = new BigUint64Array(TOTALS.words);
    for (const [at, counter] of this.#perCpuTotals.entries()) {
      now[at % TOTALS.words]! += counter;
    }
    this.#totals[generation] = now;
    return now.map((counter, at) => counter - before[at]!);
  }

  /**
   * Reads and empties a quiet generation's sources, batch by batch. After an
   * error calling again goes on with the rest. (A batch that failed within
   * would be missing from the books, and they would show it.)
   *
   * @throws {CallError}
   */
  drain(generation: Generation, sink: Record<Family, BatchSink>): void {
    for (const family of FAMILIES) {
      this.#drainMap(
        this.#object.maps.sources[family][generation],
        keySize(family, this.#object.keying),
        sink[family],
      );
    }
  }

  #drainMap(map: number, keySize: number, sink: BatchSink): void {
    const { symbols } = this.#object.lib;
    const count = u32(0);
    let from: Uint8Array<ArrayBuffer> | null = null;
    let [next, spare] = this.#cursors;
    for (;;) {
      const room = count[0] = Math.floor(
        this.#values.length / (TALLY_SIZE * this.#cpus),
      );
      try {
        check(
          "bpf_map_lookup_and_delete_batch",
          symbols.bpf_map_lookup_and_delete_batch(
            map,
            from,
            next,
            this.#keys,
            this.#values,
            count,
            null,
          ),
        );
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        if (error.errno === ERRNO.ENOSPC && count[0] === 0) {
          this.#allocate(room * 2); // one bucket holds more than a batch
          continue;
        }
        if (error.errno !== ERRNO.ENOENT) throw error;
        // The end of the map, and the entries before it.
        this.#give(sink, keySize, count[0]);
        return;
      }
      this.#give(sink, keySize, count[0]);
      from = next;
      [next, spare] = [spare, next];
    }
  }

  #give(sink: BatchSink, keySize: number, count: number): void {
    sink.addBatch(
      new Uint32Array(this.#keys.buffer, 0, count * keySize / 4),
      new Uint32Array(
        this.#values.buffer,
        0,
        count * this.#cpus * TALLY_SIZE / 4,
      ),
      count,
      this.#cpus,
    );
  }

  /** Buffers for `entries` of the larger keys. */
  #allocate(entries: number): void {
    this.#keys = new Uint8Array(
      entries * keySize("ipv6", this.#object.keying),
    );
    this.#values = new Uint8Array(entries * TALLY_SIZE * this.#cpus);
  }
}

/** CPUs that the kernel could have: per-CPU values come in as many copies. */
export function possibleCpus(lib: Libbpf): number {
  return check(
    "libbpf_num_possible_cpus",
    lib.symbols.libbpf_num_possible_cpus(),
  );
}

function bytesOf(words: BigUint64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}
