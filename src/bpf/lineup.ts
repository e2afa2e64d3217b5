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
    try {
      call(symbols, "bpf_object__load", object);
      const program = checkedPointer(
        "bpf_object__find_program_by_name",
        symbols.bpf_object__find_program_by_name(object, cString("lineup")),
      );
      this.#programFd = call(symbols, "bpf_program__fd", program);
    } catch (error) {
      symbols.bpf_object__close(object);
      throw error;
    }
    this.#lib = lib;
  }

  /** @throws {CallError} there is no such interface, for example */
  read(ifindex: number, direction: Direction): Lineup {
    const answer = this.#run(ifindex, direction);
    const bytes = new Uint8Array(answer.buffer, answer.byteOffset);
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
    // One buffer, so that all of it lives until the call has returned: struct
    // bpf_test_run_opts of bpf/bpf.h, struct __sk_buff of linux/bpf.h, the frame.
    const CONTEXT = 80, CONTEXT_SIZE = 44, FRAME = 128;
    const MARK = 8, IFINDEX = 40;
    const buffer = new Uint8Array(FRAME + SIZE);
    const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
    const run = new DataView(buffer.buffer);
    const setAddress = (at: number, of: number) =>
      run.setBigUint64(at, BigInt(start) + BigInt(of), true);
    run.setBigUint64(0, BigInt(CONTEXT), true); // sz
    setAddress(8, FRAME); // data_in
    setAddress(16, FRAME); // data_out
    run.setUint32(24, SIZE, true); // data_size_in
    run.setUint32(28, SIZE, true); // data_size_out
    setAddress(32, CONTEXT); // ctx_in
    run.setUint32(48, CONTEXT_SIZE, true); // ctx_size_in
    run.setUint32(CONTEXT + MARK, Number(direction === "out"), true);
    run.setUint32(CONTEXT + IFINDEX, ifindex, true);
    const { symbols } = this.#lib;
    call(symbols, "bpf_prog_test_run_opts", this.#programFd, buffer);
    return new DataView(buffer.buffer, FRAME);
  }
}
