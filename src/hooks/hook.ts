/** What a hook is: a place in the kernel where a program sees frames. */
import type { Direction } from "../basics/keys.ts";
import type { ProgramName } from "../bpf/layout.ts";
import type { Link } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import type { NetInterface } from "../net/interfaces.ts";
import type { AdviceTable } from "./advice.ts";

/** How an XDP program is attached; `auto` tries native, then generic. */
export const MODES = ["auto", "native", "generic"] as const;
export type Mode = typeof MODES[number];

/** What is to be attached, and where. */
interface AttachRequest {
  readonly object: LoadedObject;
  readonly interface: NetInterface;
  readonly direction: Direction;
  readonly mode: Mode;
}

/** An attached program. */
export interface Attachment {
  readonly link: Link;
  /** Why it is not attached as one would expect, for the log. */
  readonly reason?: string;
}

/** A count that differs from the interface's own counter. */
interface Shortfall {
  /** How the program is attached. */
  readonly mode: string;
  readonly driver: string;
  /** Packets that the program counted. */
  readonly counted: bigint;
  /** Packets that the interface counted meanwhile. */
  readonly received: bigint;
}

/** A hook. Each is a file beside this one, listed in all.ts. */
export interface Hook {
  /** Its word on the command line. */
  readonly name: string;
  /** What messages call it. */
  readonly label: string;
  /** A line for the documentation of `--hook`. */
  readonly help: string;
  /** What its counts contain and what they lack, for the man page and docs/. */
  readonly sees: string;
  /** The directions of frames that it sees. */
  readonly directions: readonly Direction[];
  /** Its program in the object. */
  readonly program: ProgramName;
  /** Its program can take frames of several buffers. */
  readonly takesFragments: boolean;
  /** Causes and remedies of refusals that only this hook meets. */
  readonly advice: AdviceTable;

  /** @throws {AttachError} the kernel or the driver refuses */
  attach(request: AttachRequest): Attachment;
  /** The notice that says where the program is attached. */
  notice(at: NetInterface, direction: Direction, link: Link): string;
  /** Why it counted fewer packets than the interface, and what to try. */
  explainShortfall(shortfall: Shortfall): string;
}
