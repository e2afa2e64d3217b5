import { check } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { fieldText, u32 } from "../ffi/memory.ts";
import type { Libbpf } from "./library.ts";

/**
 * The kernel's own word on a map, program or link. Offsets are those of
 * struct bpf_map_info, bpf_prog_info and bpf_link_info in linux/bpf.h.
 */
function info(lib: Libbpf, fd: number, size: number): DataView<ArrayBuffer> {
  const buffer = new Uint8Array(size);
  check(
    "bpf_obj_get_info_by_fd",
    lib.symbols.bpf_obj_get_info_by_fd(fd, buffer, u32(size)),
  );
  return new DataView(buffer.buffer);
}

/** Whether a program runs as machine code. */
export function isJited(lib: Libbpf, fd: number): boolean {
  return info(lib, fd, 80 + 16).getUint32(16, true) > 0;
}

/** The index of the interface that an XDP link is on; 0: it was detached. */
export function linkInterface(lib: Libbpf, fd: number): number {
  return info(lib, fd, 32).getUint32(16, true);
}

interface AttachedProgram {
  readonly id: number;
  readonly name?: string;
  /** Milliseconds since boot. */
  readonly loadedAt: number;
}

/**
 * The XDP program on an interface, whoever attached it.
 *
 * @returns its id, and its name where this process may ask for it (that takes
 * CAP_SYS_ADMIN); undefined where there is none, or where libbpf cannot tell
 */
export function attachedProgram(
  lib: Libbpf,
  ifindex: number,
): AttachedProgram | undefined {
  const id = queryProgram(lib, ifindex);
  if (id === undefined) return undefined;
  const fd = lib.symbols.bpf_prog_get_fd_by_id(id);
  if (fd < 0) return { id, loadedAt: 0 };
  try {
    const program = info(lib, fd, 80 + 16);
    const name = fieldText(new Uint8Array(program.buffer), 64, 16);
    const loadedAt = Number(program.getBigUint64(40, true)) / 1e6;
    return name === "" ? { id, loadedAt } : { id, name, loadedAt };
  } finally {
    libc.close(fd);
  }
}

function queryProgram(lib: Libbpf, ifindex: number): number | undefined {
  const { bpf_xdp_query_id, bpf_get_link_xdp_id } = lib.symbols;
  const id = u32(0);
  for (
    const flags of [XDP_FLAGS.native, XDP_FLAGS.generic, XDP_FLAGS.offload]
  ) {
    bpf_xdp_query_id?.(ifindex, flags, id) ??
      bpf_get_link_xdp_id?.(ifindex, id, flags);
    if (id[0] !== 0) return id[0];
  }
  return undefined;
}

/** XDP_FLAGS_*_MODE of linux/if_link.h. */
export const XDP_FLAGS = { generic: 2, native: 4, offload: 8 } as const;
