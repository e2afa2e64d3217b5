/** Asks which programs the frames of an interface meet, in their order. */
import type { Direction } from "../basics/keys.ts";
import { call, checkedPointer, rescue } from "../ffi/errno.ts";
import { cString, fieldText, opts } from "../ffi/memory.ts";
import { embedded } from "./embedded.ts";
import { type Libbpf, withMessages } from "./library.ts";

/** A program that is on an interface. */
export interface Attendant {
  readonly id: number;
  readonly name: string;
}

/** What a frame of one direction meets; of an outgoing one, only `tcx` and `hasFilters`. */
interface Lineup {
  readonly xdp: readonly Attendant[];
  /** In their order. */
  readonly tcx: readonly Attendant[];
  /** Filters of clsact, or of the ingress qdisc, come after them. */
  readonly hasFilters: boolean;
}

/** struct lineup of bpf/lineup.bpf.c, in bytes. */
const PROGRAM = 20, XDP_AT = 4, XDP_MODES = 3, MOST_TCX = 64;
const TCX_AT = XDP_AT + XDP_MODES * PROGRAM;
const SIZE = TCX_AT + MOST_TCX * PROGRAM;

/**
 * The program of bpf/lineup.bpf.c. Loading it needs the rights for loading; asking
 * it needs none, so that a run can ask to its end.
 *
 * @example
 * ```ts
 * LineupReader.of(lib)?.read(2, "in").tcx.map(({ name }) => name);
 * ```
 */
export class LineupReader {
  static readonly #readers = new WeakMap<Libbpf, LineupReader | undefined>();

  /** The only one of this process; undefined: this kernel lacks tcx or BTF. */
  static of(lib: Libbpf): LineupReader | undefined {
    const readers = LineupReader.#readers;
    if (!readers.has(lib)) {
      const load = () => new LineupReader(lib);
      readers.set(
        lib,
        rescue(() => withMessages(lib, [], undefined, load), () => undefined),
      );
    }
    return readers.get(lib);
  }

  readonly #lib: Libbpf;
  readonly #programFd: number;

  /** It stays loaded to the end of the process. @throws {CallError} */
  private constructor(lib: Libbpf) {
    const { symbols } = lib;
    const elf = embedded("lineup.bpf.o");
    const object = checkedPointer(
      "bpf_object__open_mem",
      symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts("lineup")),
    );
    call(symbols, "bpf_object__load", object);
    const program = checkedPointer(
      "bpf_object__find_program_by_name",
      symbols.bpf_object__find_program_by_name(object, cString("lineup")),
    );
    this.#lib = lib;
    this.#programFd = call(symbols, "bpf_program__fd", program);
  }

  /** @throws {CallError} there is no such interface, for example */
  read(ifindex: number, direction: Direction): Lineup {
    const answer = this.#run(ifindex, direction);
    const bytes = new Uint8Array(answer.buffer);
    const programs = (at: number, count: number) =>
      Array.from({ length: count }, (_, i) => at + i * PROGRAM)
        .map((at) => ({ at, id: answer.getUint32(at, true) }))
        .filter(({ id }) => id !== 0)
        .map(({ at, id }) => ({ id, name: fieldText(bytes, at + 4, 16) }));
    return {
      xdp: programs(XDP_AT, XDP_MODES),
      tcx: programs(TCX_AT, MOST_TCX),
      hasFilters: answer.getUint32(0, true) !== 0,
    };
  }

  /** The program fills the frame that it is run on. */
  #run(ifindex: number, direction: Direction): DataView<ArrayBuffer> {
    const frame = new Uint8Array(SIZE);
    // struct __sk_buff of linux/bpf.h
    const MARK = 2, IFINDEX = 10;
    const context = new Uint32Array(IFINDEX + 1);
    context[MARK] = Number(direction === "out");
    context[IFINDEX] = ifindex;
    const address = (of: Uint8Array | Uint32Array) =>
      BigInt(
        Deno.UnsafePointer.value(
          Deno.UnsafePointer.of(of as Uint8Array<ArrayBuffer>),
        ),
      );
    // struct bpf_test_run_opts of bpf/bpf.h
    const run = new DataView(new ArrayBuffer(80));
    run.setBigUint64(0, BigInt(run.byteLength), true);
    run.setBigUint64(8, address(frame), true);
    run.setBigUint64(16, address(frame), true);
    run.setUint32(24, frame.length, true);
    run.setUint32(28, frame.length, true);
    run.setBigUint64(32, address(context), true);
    run.setUint32(48, context.byteLength, true);
    call(
      this.#lib.symbols,
      "bpf_prog_test_run_opts",
      this.#programFd,
      new Uint8Array(run.buffer),
    );
    return new DataView(frame.buffer);
  }
}
