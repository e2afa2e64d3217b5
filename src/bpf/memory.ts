import { FAMILIES, type Family } from "../basics/address.ts";
import { check } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import type { Cpus } from "./cpus.ts";
import {
  GENERATIONS,
  KEY_SIZE,
  SLOT_SIZE,
  slotsFor,
  TALLY_SIZE,
  TOTALS,
  USED_SIZE,
} from "./layout.ts";

const PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;

/**
 * A BPF array in this process's memory: what the program writes is seen here,
 * and the other way round.
 */
class MappedArray implements Disposable {
  /** As u32 words. Not to be touched once it is disposed of. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #pointer: Deno.PointerObject;

  /**
   * @param fd of a map with BPF_F_MMAPABLE
   * @param size in bytes
   * @throws {CallError}
   */
  constructor(fd: number, size: number) {
    const access = PROT_READ | PROT_WRITE;
    const address = libc.mmap(null, BigInt(size), access, MAP_SHARED, fd, 0n);
    check("mmap", Number(address));
    this.#pointer = Deno.UnsafePointer.create(address)!;
    this.words = new Uint32Array(
      Deno.UnsafePointerView.getArrayBuffer(this.#pointer, size),
    );
  }

  [Symbol.dispose](): void {
    libc.munmap(this.#pointer, BigInt(this.words.byteLength));
  }
}

/** The maps of a family, see bpf/sources.h; both generations in each. */
interface Table {
  readonly keys: Uint32Array;
  readonly tallies: Uint32Array;
  readonly used: Uint32Array;
}

/** Descriptors of a family's maps. */
export type TableDescriptors = Readonly<
  Record<"index" | "keys" | "tallies" | "used", number>
>;

/** What the program counts into, in this process's memory. */
export class MapMemory implements Disposable {
  readonly cpus: Cpus;
  readonly maxSources: number;
  readonly tables: Readonly<Record<Family, Table>>;
  readonly totals: BigUint64Array;
  readonly #index: Record<Family, number>;
  readonly #stack: DisposableStack;

  /** @throws {CallError} */
  constructor(
    maxSources: number,
    cpus: Cpus,
    sources: Readonly<Record<Family, TableDescriptors>>,
    totals: number,
  ) {
    this.maxSources = maxSources;
    this.cpus = cpus;
    this.#index = { ipv4: sources.ipv4.index, ipv6: sources.ipv6.index };
    using stack = new DisposableStack();
    const map = (fd: number, values: number, size: number) =>
      stack.use(
        new MappedArray(fd, GENERATIONS.length * values * size),
      ).words;
    const table = (family: Family): Table => {
      const { keys, tallies, used } = sources[family];
      return {
        keys: map(keys, maxSources, KEY_SIZE[family]),
        tallies: map(tallies, cpus.present * maxSources, TALLY_SIZE),
        used: map(used, 1, USED_SIZE),
      };
    };
    this.tables = { ipv4: table("ipv4"), ipv6: table("ipv6") };
    this.totals = new BigUint64Array(
      map(totals, cpus.possible, TOTALS.words * 8).buffer,
    );
    this.#stack = stack.move();
  }

  /**
   * Frees all slots of a generation.
   *
   * @throws {CallError}
   */
  clearIndex(generation: number): void {
    const size = slotsFor(this.maxSources) * SLOT_SIZE;
    for (const family of FAMILIES) {
      // Rarely: so it is not kept in memory.
      using index = new MappedArray(
        this.#index[family],
        GENERATIONS.length * size,
      );
      index.words.fill(0, generation * size / 4, (generation + 1) * size / 4);
    }
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}
