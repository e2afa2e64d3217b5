/** Finds out before attaching which modes do not work. */
import type { Direction } from "../basics/keys.ts";
import type { Libbpf } from "../bpf/library.ts";
import { MOST_TCX, tcxPrograms } from "../bpf/link.ts";
import { rescue } from "../ffi/errno.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { xdpFeatures } from "../net/xdp_features.ts";

/** Why a mode does not work, by its name; one that is not there may work. */
export type Obstacles = Readonly<Record<string, string>>;

/** That the interface has all the tcx programs that it may have. */
export const FULL =
  `${MOST_TCX} tcx programs are there already, the most that the kernel takes`;

export const REMEDY_OF_FULL = "remove one of them, or use --hook xdp";

/** Asks the kernel. Before Linux 6.3 it does not tell which drivers have native XDP. */
export function obstaclesTo(
  lib: Libbpf,
  { index, driver }: NetInterface,
  direction: Direction,
): Obstacles {
  const features = rescue(() => xdpFeatures(index), () => undefined);
  const programs = tcxPrograms(lib, index, direction);
  return {
    ...(programs === undefined
      ? { tc: "the kernel has no tcx links (Linux 6.6)" }
      : programs >= MOST_TCX
      ? { tc: FULL }
      : {}),
    ...(features?.isNative === false
      ? { native: `driver ${driver || "(unknown)"} has no native XDP` }
      : {}),
  };
}
