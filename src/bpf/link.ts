import { CallError, check, ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { opts } from "../ffi/memory.ts";
import type { Direction } from "../basics/keys.ts";
import { linkInterface, XDP_FLAGS } from "./info.ts";
import type { Libbpf } from "./library.ts";
import type { LoadedObject } from "./object.ts";

export type AttachMode = "native" | "generic" | "tc";

/** enum bpf_attach_type, linux/bpf.h. */
const BPF_XDP = 37, BPF_TCX = { in: 46, out: 47 } as const;

/** The kernel or the driver refused to attach, in this mode. */
export class AttachError extends CallError {
  readonly mode: AttachMode;

  constructor(errno: number, mode: AttachMode) {
    super("bpf_link_create", errno);
    this.mode = mode;
  }
}

/**
 * A program on an interface: as its XDP program, or on tc's side of it (tcx,
 * Linux 6.6; there any number of programs may be). The link belongs to this process: disposing of it
 * detaches, and so does the kernel when the process ends in whatever way.
 */
export class Link implements Disposable {
  readonly mode: AttachMode;
  readonly #lib: Libbpf;
  #fd: number;

  /**
   * @param direction of tc: frames that come in, or go out
   * @throws {AttachError}
   */
  constructor(
    object: LoadedObject,
    ifindex: number,
    mode: AttachMode,
    direction: Direction = "in",
  ) {
    this.mode = mode;
    this.#lib = object.lib;
    try {
      this.#fd = check(
        "bpf_link_create",
        this.#lib.symbols.bpf_link_create(
          object.programFd,
          ifindex,
          mode === "tc" ? BPF_TCX[direction] : BPF_XDP,
          opts(mode === "tc" ? 0 : XDP_FLAGS[mode]),
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

/** Why native mode was not taken: the kernel's answer, or our own caution. */
export type NativeRefusal = AttachError | string;

export interface Attachment {
  readonly link: Link;
  readonly nativeRefused?: NativeRefusal;
}

/**
 * Attaches in the mode that was asked for; `auto` tries native, then generic.
 * A slot that is taken is no reason to go on to generic: the holder stays.
 *
 * @param avoidNative why `auto` should not try native here, if it should not
 * @throws {AttachError} from the last attempt
 */
export function attach(
  object: LoadedObject,
  ifindex: number,
  mode: Exclude<AttachMode, "tc"> | "auto",
  avoidNative?: string,
): Attachment {
  if (mode !== "auto") return { link: new Link(object, ifindex, mode) };
  if (avoidNative !== undefined) {
    const link = new Link(object, ifindex, "generic");
    return { link, nativeRefused: avoidNative };
  }
  try {
    return { link: new Link(object, ifindex, "native") };
  } catch (error) {
    if (!(error instanceof AttachError) || FINAL.has(error.errno)) throw error;
    const link = new Link(object, ifindex, "generic");
    return { link, nativeRefused: error };
  }
}

/** Refusals that generic mode would meet too. */
const FINAL = new Set<number>([
  ERRNO.EBUSY,
  ERRNO.EEXIST,
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.ENODEV,
]);
