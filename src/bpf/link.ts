/** A BPF link: a loaded program on an interface. */
import { CallError, check } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { opts } from "../ffi/memory.ts";
import { linkInterface } from "./info.ts";
import type { Libbpf } from "./library.ts";
import type { LoadedObject } from "./object.ts";

/** BPF_XDP, BPF_TCX_INGRESS and BPF_TCX_EGRESS of linux/bpf.h. */
export const ATTACH_TYPE = { xdp: 37, tcx: { in: 46, out: 47 } } as const;

/** The kernel or the driver refused to attach, in this mode. */
export class AttachError extends CallError {
  readonly mode: string;

  constructor(errno: number, mode: string) {
    super("bpf_link_create", errno);
    this.mode = mode;
  }
}

/**
 * A program on an interface. The link belongs to this process: disposing of it
 * detaches, and so does the kernel when the process ends in whatever way.
 */
export class Link implements Disposable {
  /** How the program is attached, as records say it. */
  readonly mode: string;
  readonly #lib: Libbpf;
  #fd: number;

  /**
   * @param attachType one of `ATTACH_TYPE`
   * @throws {AttachError}
   */
  constructor(
    object: LoadedObject,
    ifindex: number,
    mode: string,
    attachType: number,
    flags = 0,
  ) {
    this.mode = mode;
    this.#lib = object.lib;
    try {
      this.#fd = check(
        "bpf_link_create",
        this.#lib.symbols.bpf_link_create(
          object.programFd,
          ifindex,
          attachType,
          opts(flags),
        ),
      );
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new AttachError(error.errno, mode);
    }
  }

  /** The index of the interface it is on; 0 once somebody detached it. */
  interfaceIndex(): number {
    return linkInterface(this.#lib, this.#fd);
  }

  /**
   * Detaches, also where somebody else holds the link (a pin, a descriptor).
   * Frames that are in the program just now still finish.
   */
  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    this.#lib.symbols.bpf_link_detach(this.#fd); // where it fails, closing does it
    libc.close(this.#fd);
    this.#fd = -1;
  }
}
