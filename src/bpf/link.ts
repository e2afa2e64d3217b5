/** Attaches a loaded program to an interface: a BPF link. */
import type { Direction } from "../basics/keys.ts";
import { call, CallError, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { opts, u32 } from "../ffi/memory.ts";
import { linkInterface } from "./info.ts";
import type { Libbpf } from "./library.ts";
import type { LoadedObject } from "./object.ts";

/** BPF_XDP, BPF_TCX_INGRESS and BPF_TCX_EGRESS of enum bpf_attach_type, linux/bpf.h. */
export const ATTACH_TYPE = { xdp: 37, tcx: { in: 46, out: 47 } } as const;

/** The most tcx programs of a direction. @see bpf_mprog_max in linux/bpf_mprog.h */
export const MOST_TCX = 63;

/**
 * How many tcx programs an interface has; undefined: the kernel has no tcx links
 * (before Linux 6.6), or this process may not ask.
 */
export function tcxPrograms(
  { symbols }: Libbpf,
  ifindex: number,
  direction: Direction,
): number | undefined {
  const count = u32(0);
  const type = ATTACH_TYPE.tcx[direction];
  return symbols.bpf_prog_query(ifindex, type, 0, null, null, count) < 0
    ? undefined
    : count[0];
}

/** The kernel or the driver refused to attach in this mode. */
export class AttachError extends CallError {
  readonly mode: string;

  constructor(errno: number, mode: string) {
    super("bpf_link_create", errno);
    this.mode = mode;
  }
}

/** A program at its hook. Disposing of it detaches. */
export interface Attachment extends Disposable {
  /** How the program is attached, as records name it. */
  readonly mode: string;
  /** Whether it still gets frames; needs no rights. @throws {CallError} */
  isAttached(): boolean;
  /**
   * How many frames the kernel kept from it since it was attached, if it may; needs
   * no rights. @throws {CallError}
   */
  missed?(): bigint;
  /**
   * Puts the program of another object into its place: each frame is seen by one of
   * the two. Absent: that cannot be. @throws {CallError} nothing has changed
   */
  replace?(object: LoadedObject): void;
}

/**
 * A program on an interface. Disposing of the link detaches it, and so does the
 * kernel when the process ends in any way.
 *
 * @example
 * ```ts
 * using link = new Link(object, 2, "generic", ATTACH_TYPE.xdp, XDP_FLAGS.generic);
 * link.isAttached(); // true
 * ```
 */
export class Link implements Attachment {
  readonly mode: string;
  readonly #lib: Libbpf;
  #fd: number;

  /**
   * @param attachType one of `ATTACH_TYPE`
   * @param flags of struct bpf_link_create_opts, `XDP_FLAGS` for example
   * @throws {AttachError}
   * @see bpf_link_create in bpf/bpf.h of libbpf
   */
  constructor(
    { lib, programFd }: LoadedObject,
    ifindex: number,
    mode: string,
    attachType: number,
    flags = 0,
  ) {
    this.mode = mode;
    this.#lib = lib;
    this.#fd = rescue(
      () =>
        call(
          lib.symbols,
          "bpf_link_create",
          programFd,
          ifindex,
          attachType,
          opts(flags),
        ),
      ({ errno }) => {
        throw new AttachError(errno, mode);
      },
    );
  }

  /** Whether nobody has detached it. @throws {CallError} */
  isAttached(): boolean {
    return linkInterface(this.#lib, this.#fd) !== 0;
  }

  /** @see bpf_link_update in bpf/bpf.h of libbpf; Linux 5.9 */
  replace({ programFd }: LoadedObject): void {
    const { symbols } = this.#lib;
    call(symbols, "bpf_link_update", this.#fd, programFd, null);
  }

  /**
   * Detaches, also if somebody else holds the link (a pin, a descriptor). The
   * program may still run for frames that it has begun.
   */
  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    this.#lib.symbols.bpf_link_detach(this.#fd); // if this fails, close() does it
    libc.close(this.#fd);
    this.#fd = -1;
  }
}
