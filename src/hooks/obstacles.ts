/** Finds out before attaching which modes the kernel or the driver lacks. */
import type { Libbpf } from "../bpf/library.ts";
import { hasTcx } from "../bpf/link.ts";
import { rescue } from "../ffi/errno.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { xdpFeatures } from "../net/xdp_features.ts";

/** Why a mode does not work, by its name; one that is not there may work. */
export type Obstacles = Readonly<Record<string, string>>;

/** Asks the kernel. Before Linux 6.3 it does not tell which drivers have native XDP. */
export function obstaclesTo(
  lib: Libbpf,
  { index, driver }: NetInterface,
): Obstacles {
  const features = rescue(() => xdpFeatures(index), () => undefined);
  return {
    ...(hasTcx(lib, index)
      ? {}
      : { tc: "the kernel has no tcx links (Linux 6.6)" }),
    ...(features?.isNative === false
      ? { native: `driver ${driver || "(none)"} has no native XDP` }
      : {}),
  };
}
