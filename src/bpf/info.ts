/** Asks the kernel about programs and links. */
import { call } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { fieldText, u32 } from "../ffi/memory.ts";
import type { Libbpf } from "./library.ts";

/**
 * The first `size` bytes of what the kernel says about a descriptor: struct
 * bpf_prog_info or bpf_link_info of linux/bpf.h.
 *
 * @throws {CallError}
 */
function info(lib: Libbpf, fd: number, size: number): DataView<ArrayBuffer> {
  const buffer = new Uint8Array(size);
  ask(lib, fd, buffer, size);
  return new DataView(buffer.buffer);
}

/** @param buffer begins with a struct of `size` bytes; the kernel fills it */
function ask(
  { symbols }: Libbpf,
  fd: number,
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
): void {
  call(symbols, "bpf_obj_get_info_by_fd", fd, buffer, u32(size));
}

/**
 * A struct of `size` bytes whose field at `pointer` points to `room` bytes behind it:
 * one buffer, so that all of it lives until the call has returned.
 */
function withRoom(
  size: number,
  pointer: number,
  room: number,
): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(size + room);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
  new DataView(buffer.buffer)
    .setBigUint64(pointer, BigInt(address) + BigInt(size), true);
  return buffer;
}

/** Bytes of struct bpf_prog_info up to and including `name`. */
const PROGRAM_INFO = 80;

/** Whether a program runs as machine code. @throws {CallError} */
export function isJited(lib: Libbpf, fd: number): boolean {
  const JITED_PROG_LEN = 16;
  return info(lib, fd, PROGRAM_INFO).getUint32(JITED_PROG_LEN, true) > 0;
}

/** The id of a program. @throws {CallError} */
export function programId(lib: Libbpf, fd: number): number {
  const ID = 4;
  return info(lib, fd, PROGRAM_INFO).getUint32(ID, true);
}

/**
 * The index of the interface that an XDP or tcx link is on; 0: it was detached.
 *
 * @throws {CallError}
 */
export function linkInterface(lib: Libbpf, fd: number): number {
  const IFINDEX = 16;
  return info(lib, fd, 32).getUint32(IFINDEX, true);
}

/** What there is to know about a loaded program. */
interface ProgramInfo {
  /** Undefined: this process may not know, for want of CAP_SYS_ADMIN. */
  readonly name?: string;
  /** Milliseconds since boot. */
  readonly loadedAt: number;
}

/**
 * The program with this id, from any process.
 *
 * @throws {CallError}
 */
export function programInfo(lib: Libbpf, id: number): ProgramInfo {
  const fd = lib.symbols.bpf_prog_get_fd_by_id(id);
  if (fd < 0) return { loadedAt: 0 };
  try {
    const LOAD_TIME = 40, NAME = 64, NAME_SIZE = 16; // load_time in ns
    const program = info(lib, fd, PROGRAM_INFO);
    const name = fieldText(new Uint8Array(program.buffer), NAME, NAME_SIZE);
    const loadedAt = Number(program.getBigUint64(LOAD_TIME, true)) / 1e6;
    return name === "" ? { loadedAt } : { name, loadedAt };
  } finally {
    libc.close(fd);
  }
}

/** Bytes of struct bpf_prog_info up to and including `recursion_misses` (Linux 5.12). */
const PROGRAM_STATISTICS = 216;

/**
 * How often a program was not run, because it ran already on that CPU. Needs no
 * rights; 0 before Linux 5.12, which does not count it.
 *
 * @throws {CallError}
 */
export function recursionMisses(lib: Libbpf, fd: number): bigint {
  const RECURSION_MISSES = 208;
  return info(lib, fd, PROGRAM_STATISTICS).getBigUint64(RECURSION_MISSES, true);
}

/** What a program says about its main function; undefined: it has no BTF. */
interface MainFunction {
  /** The id of the BTF object. */
  readonly btf: number;
  /** The id of the function's type in it. */
  readonly type: number;
}

/** @throws {CallError} */
export function mainFunction(
  lib: Libbpf,
  fd: number,
): MainFunction | undefined {
  const SIZE = 152, BTF_ID = 128, RECORD_SIZE = 132, INFO = 136, COUNT = 144;
  const RECORD = 8; // struct bpf_func_info: u32 insn_off, type_id
  const buffer = withRoom(SIZE, INFO, RECORD);
  const view = new DataView(buffer.buffer);
  view.setUint32(RECORD_SIZE, RECORD, true);
  view.setUint32(COUNT, 1, true);
  ask(lib, fd, buffer, SIZE);
  const btf = view.getUint32(BTF_ID, true);
  const type = view.getUint32(SIZE + 4, true);
  return btf === 0 || type === 0 ? undefined : { btf, type };
}

/** The bytes of a BTF object. @throws {CallError} */
export function btfBytes(lib: Libbpf, id: number): Uint8Array {
  const SIZE = 16, POINTER = 0, LENGTH = 8; // struct bpf_btf_info, its begin
  const fd = call(lib.symbols, "bpf_btf_get_fd_by_id", id);
  try {
    const length = info(lib, fd, SIZE).getUint32(LENGTH, true);
    const buffer = withRoom(SIZE, POINTER, length);
    new DataView(buffer.buffer).setUint32(LENGTH, length, true);
    ask(lib, fd, buffer, SIZE);
    return buffer.subarray(SIZE);
  } finally {
    libc.close(fd);
  }
}

/** XDP_FLAGS_SKB_MODE and XDP_FLAGS_DRV_MODE of linux/if_link.h. */
export const XDP_FLAGS = { generic: 2, native: 4 } as const;
