import type { AttachMode } from "../bpf/link.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { activeMerging } from "../net/offloads.ts";
import type { Discrepancy } from "../tally/crosscheck.ts";

/** The line that says that an interface's own counter differs, and why. */
export function explainDiscrepancy(
  { interface: netInterface, mode }: {
    readonly interface: NetInterface;
    readonly mode: AttachMode;
  },
  discrepancy: Discrepancy,
): string {
  const { name } = netInterface;
  const { counted, received } = discrepancy;
  return `Interface "${name}" says that it received ${received} packets, and ${
    mode === "tc" ? "tc" : "XDP"
  } saw ${counted}: ` +
    reason(netInterface, mode, discrepancy);
}

function reason(
  { name, driver }: NetInterface,
  mode: AttachMode,
  { counted, received }: Discrepancy,
): string {
  const other = mode === "native" ? "generic" : "native";
  if (counted === 0n) {
    return `driver ${
      driver || "(unknown)"
    } took the program and does not run it; try --mode ${other}`;
  }
  const merging = activeMerging(name);
  if (merging.length > 0) {
    return `${
      merging.join(" and ")
    } merges packets before XDP sees them; turn it off: ethtool -K ${name} ${
      merging.join(" off ")
    } off`;
  }
  return counted < received
    ? mode === "tc"
      ? "some frames are gone before tc sees them"
      : `some frames do not come by XDP there; compare with --mode ${other}`
    : "its driver does not count them all";
}
