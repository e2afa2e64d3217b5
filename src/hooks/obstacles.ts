/** Finds out before attaching which modes do not work. */
import type { Direction, Keying } from "../basics/keys.ts";
import { EXIT, type ExitCode } from "../basics/errors.ts";
import type { Libbpf } from "../bpf/library.ts";
import { MOST_TCX, tcxPrograms } from "../bpf/link.ts";
import {
  type Carrier,
  OFFLOADED,
  openCarrier,
  type Refusal,
} from "../bpf/carrier.ts";
import type { NetInterface } from "../net/interfaces.ts";
import type { XdpFeatures } from "../net/xdp_features.ts";
import { hiddenTags } from "./field_remarks.ts";
import type { Hook, Mode } from "./hook.ts";

/** Why a mode does not work, and what helps. */
interface Obstacle {
  readonly why: string;
  readonly remedy: string;
  /** By default, that it is not supported. */
  readonly exitCode?: ExitCode;
}

/** By the name of the mode; one that is not there may work. */
export type Obstacles = Readonly<Record<string, Obstacle>>;

export const NO_TCX: Obstacle = {
  why: "the kernel has no tcx links (Linux 6.6)",
  remedy: "use Linux 6.6 or later",
};

/** The interface has all the tcx programs that it may have. */
export const FULL: Obstacle = {
  why:
    `${MOST_TCX} tcx programs are there already, the most that the kernel takes`,
  remedy: "remove one of them, or use --hook xdp",
};

/** What the options ask for. */
interface Asked {
  readonly keying: Keying;
  readonly hook: Hook | undefined;
  readonly mode: Mode;
}

/**
 * Asks the kernel.
 *
 * @param features undefined: the kernel does not tell which drivers have native XDP
 */
export function obstaclesTo(
  lib: Libbpf,
  netInterface: NetInterface,
  direction: Direction,
  features: XdpFeatures | undefined,
  { keying, hook, mode }: Asked,
): Obstacles {
  const { index, driver } = netInterface;
  const programs = tcxPrograms(lib, index, direction);
  const tc = programs === undefined
    ? NO_TCX
    : programs >= MOST_TCX
    ? FULL
    : undefined;
  const native = features?.isNative !== false ? undefined : {
    why: `driver ${driver || "(unknown)"} has no native XDP`,
    remedy: NO_NATIVE,
  };
  const isOpen = hook === undefined && mode === "auto";
  const observe = direction === "in"
    ? obstacleToRide(lib, netInterface)
    : undefined;
  return {
    ...(tc === undefined && isOpen ? hiddenTags(netInterface, keying) : {}),
    ...(tc && { tc }),
    ...(native && { native }),
    ...(observe && { observe }),
  };
}

/** Why nothing can ride on the interface's XDP program. */
function obstacleToRide(
  lib: Libbpf,
  netInterface: NetInterface,
): Refusal | undefined {
  const carrier = carrierOn(lib, netInterface);
  if ("why" in carrier) return carrier;
  carrier[Symbol.dispose]();
  return undefined;
}

/** Opens the interface's XDP program to ride on; or why that cannot be. */
export function carrierOn(
  lib: Libbpf,
  { xdpProgram, xdpMode }: NetInterface,
): Carrier | Refusal {
  if (xdpProgram === undefined) return NO_HOLDER;
  return xdpMode === "offloaded" ? OFFLOADED : openCarrier(lib, xdpProgram);
}

const NO_HOLDER: Refusal = {
  exitCode: EXIT.noInterface,
  why: "no XDP program is on it",
  remedy: "leave out --hook observe and --by verdict, to count without one",
};

/** What helps where the driver refuses native mode. */
export const NO_NATIVE = "use --mode generic, or leave --mode out";
