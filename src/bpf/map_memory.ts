/** Maps the program's arrays into this process's memory, so a tick reads them without calls. */
import { FAMILIES, type Family } from "../basics/address.ts";
import type { Keying } from "../basics/keys.ts";
import { checked } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import type { Cpus } from "./cpus.ts";
import {
  DATA,
  type Generation,
  GENERATIONS,
  keySize,
  mapName,
  OBJECT_NAME,
  SLOT_SIZE,
  slotsFor,
  STRUCTS,
  tableSize,
  TALLY_SIZE,
  USED_SIZE,
} from "./layout.ts";

const PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;

/** A BPF array in this process's memory, shared with the program. */
class MappedArray implements Disposable {
  /** As u32 words; not to be used once this is disposed of. */
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
    checked("mmap", Number(address));
    this.#pointer = Deno.UnsafePointer.create(address)!;
    this.words = new Uint32Array(
      Deno.UnsafePointerView.getArrayBuffer(this.#pointer, size),
    );
  }

  [Symbol.dispose](): void {
    libc.munmap(this.#pointer, BigInt(this.words.byteLength));
  }
}

/** A family's maps, see bpf/sources.h; each has both generations. */
interface Table
  extends Readonly<Record<"keys" | "tallies" | "used", Uint32Array>> {
  /** Keys of a generation. */
  readonly size: number;
  /** u32 words of a key. */
  readonly keyWords: number;
}

/** What the program counts into, in this process's memory. */
export class MapMemory implements Disposable {
  readonly cpus: Cpus;
  readonly tables: Readonly<Record<Family, Table>>;
  readonly totals: BigUint64Array;
  /** The variable `window`, alone in its section. */
  readonly window: Uint32Array;
  readonly #fdOf: (name: string) => number;
  readonly #stack: DisposableStack;

  /**
   * @param fdOf the descriptor of a map
   * @throws {CallError}
   */
  constructor(
    keying: Keying,
    maxSources: number,
    cpus: Cpus,
    fdOf: (name: string) => number,
  ) {
    this.cpus = cpus;
    this.#fdOf = fdOf;
    using stack = new DisposableStack();
    const map = (name: string, values: number, size: number) =>
      stack.use(
        new MappedArray(fdOf(name), GENERATIONS.length * values * size),
      ).words;
    const table = (family: Family): Table => {
      const size = tableSize(family, keying, maxSources);
      const ofKey = keySize(family, keying);
      const columns = cpus.present * size;
      return {
        size,
        keyWords: ofKey / 4,
        keys: map(mapName("keys", family), size, ofKey),
        tallies: map(mapName("tallies", family), columns, TALLY_SIZE),
        used: map(mapName("used", family), 1, USED_SIZE),
      };
    };
    this.tables = { ipv4: table("ipv4"), ipv6: table("ipv6") };
    this.totals = new BigUint64Array(
      map("totals", cpus.possible, STRUCTS.totals.size).buffer,
    );
    const data = new MappedArray(fdOf(`${OBJECT_NAME}.data`), DATA.window);
    this.window = stack.use(data).words;
    this.#stack = stack.move();
  }

  /**
   * Frees all slots of a generation's indexes. They are mapped for this only:
   * it happens once in some thousand windows.
   *
   * @throws {CallError}
   */
  clearIndex(generation: Generation): void {
    for (const family of FAMILIES) {
      const size = slotsFor(this.tables[family].size) * SLOT_SIZE;
      using index = new MappedArray(
        this.#fdOf(mapName("index", family)),
        GENERATIONS.length * size,
      );
      index.words.fill(0, generation * size / 4, (generation + 1) * size / 4);
    }
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}
