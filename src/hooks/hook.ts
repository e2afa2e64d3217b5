/** What a hook is: a place in the kernel where a program sees frames. */
import type { Direction } from "../basics/keys.ts";
import type { Holder } from "../bpf/holder.ts";
import type { ProgramName } from "../bpf/layout.ts";
import type { Libbpf } from "../bpf/library.ts";
import type { Attachment } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import type { NetInterface } from "../net/interfaces.ts";
import type { AdviceTable } from "./advice.ts";

/** The words of `--mode`; `auto` lets the kind of the interface decide. */
export const MODES = ["auto", "native", "generic"] as const;
export type Mode = typeof MODES[number];

/** What to attach, where and how. */
interface AttachRequest {
  readonly object: LoadedObject;
  readonly interface: NetInterface;
  readonly direction: Direction;
  /** One of the hook's modes. */
  readonly mode: string;
}

/**
 * Names the programs that see frames before a hook's, and says where they are, each
 * as a clause: `XDP program "pass" (id 7) of pid 12 is before xdptally`.
 *
 * @throws {CallError} the interface is gone, for example
 */
export type Lookout = () => string[];

/** A count that differs from the interface's own counter. */
export interface Difference {
  readonly direction: Direction;
  /** How the program is attached. */
  readonly mode: string;
  readonly driver: string;
  /** Packets that the program counted. */
  readonly counted: bigint;
  /** Packets that the interface counted in the same time. */
  readonly own: bigint;
}

/** A hook. Each one is a file in this folder, listed in all.ts. */
export interface Hook {
  /** Its word for `--hook`. */
  readonly name: string;
  /** Its name in messages. */
  readonly label: string;
  /** A line for the documentation of `--hook`. */
  readonly help: string;
  /** What its counts include and what they miss, for the man page and docs/. */
  readonly sees: string;
  /** Directions of the frames that it sees. */
  readonly directions: readonly Direction[];
  /** How it can be attached, as records name it. */
  readonly modes: readonly string[];
  /** Its program in the object. */
  readonly program: ProgramName;
  /** It rides on the XDP program that an interface has. */
  readonly needsHolder?: true;
  /** Its program can handle frames of several buffers. */
  readonly takesFragments: boolean;
  /** What is wrong with its counts where the kernel takes only the program without BTF. */
  readonly wrongWithoutBtf?: string;
  /** Explains refusals that only this hook meets. */
  readonly advice: AdviceTable;

  /** @throws {AttachError} the kernel or the driver refuses */
  attach(request: AttachRequest): Attachment;
  /**
   * Makes what looks for programs that see frames before its own, and may hide
   * some from it. Making it needs the rights for loading, asking it needs none.
   *
   * @param own the object with its program
   * @returns undefined: this kernel cannot tell
   */
  lookout(
    lib: Libbpf,
    ifindex: number,
    direction: Direction,
    own: LoadedObject,
  ): Lookout | undefined;
  /** The notice that the program is attached. */
  notice(
    at: NetInterface,
    direction: Direction,
    mode: string,
    holder: Holder | undefined,
  ): string;
  /** Why it counted fewer packets than the interface, and what to try. */
  explainShortfall(difference: Difference): string;
}
