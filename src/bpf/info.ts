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
  call(lib.symbols, "bpf_obj_get_info_by_fd", fd, buffer, u32(size));
  return new DataView(buffer.buffer);
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

/** XDP_FLAGS_SKB_MODE and XDP_FLAGS_DRV_MODE of linux/if_link.h. */
export const XDP_FLAGS = { generic: 2, native: 4 } as const;
