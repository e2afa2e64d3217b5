/** What hooks cannot tell of some fields: of VLAN tags that the hardware removes, and of merged TCP. */
import type { Keying } from "../basics/keys.ts";
import { featuresOf } from "../net/offloads.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { modeOfFrames } from "./kinds.ts";

const FEATURE = "rx-vlan-hw-parse";
const XDP_MODES = ["native", "generic"];

/** Whether XDP may lack the tags that `--by vlan` asks for. */
function mayHideTags(
  { name }: NetInterface,
  { fields }: Keying,
): boolean {
  return fields.includes("vlan") && featuresOf(name)?.isOn(FEATURE) === true;
}

/** Obstacles to XDP for who counts by VLAN, where tc is possible instead. */
export function hiddenTags(
  netInterface: NetInterface,
  keying: Keying,
): Record<string, { readonly why: string; readonly remedy: string }> {
  if (!mayHideTags(netInterface, keying)) return {};
  const obstacle = {
    why: `the hardware may remove VLAN tags before XDP sees them (${FEATURE})`,
    remedy: "use --hook tc",
  };
  return Object.fromEntries(XDP_MODES.map((mode) => [mode, obstacle]));
}

/** Warnings about fields that a mode does not tell right. */
export function fieldRemarks(
  netInterface: NetInterface,
  keying: Keying,
  mode: string,
): string[] {
  return [
    tagRemark(netInterface, keying, mode),
    mode === "tc" && keying.fields.includes("tcp") ? MERGED : undefined,
  ].filter((remark) => remark !== undefined);
}

const MERGED =
  "tc sees merged packets, which have one set of TCP flags: all packets in one with a fin count as fin; --hook xdp tells them apart";

function tagRemark(
  netInterface: NetInterface,
  keying: Keying,
  way: string,
): string | undefined {
  const mode = modeOfFrames(netInterface, way);
  if (!XDP_MODES.includes(mode) || !mayHideTags(netInterface, keying)) return;
  return `the hardware may remove VLAN tags before XDP sees them, and frames then count as without a tag; use --hook tc, or ethtool -K ${netInterface.name} rxvlan off`;
}
