/** Says what a count may be compared with: the interface's own counter counts other packets. */
import type { Direction } from "../basics/keys.ts";
import type { NetInterface } from "../net/interfaces.ts";
import type { Comparison } from "../tally/crosscheck.ts";
import { kindOf, modeOfFrames } from "./kinds.ts";

/**
 * How the count of a mode compares with the interface's own counter.
 *
 * | own counter                      | native  | generic    | tc, in     | out        |
 * | -------------------------------- | ------- | ---------- | ---------- | ---------- |
 * | `wire`: network cards            | equal   | equal      | equal      | not less   |
 * | `merged`: veth, tap, virtio_net  | equal   | not less   | not less   | not less   |
 * | `others`: bonds, vxlan           | none    | none       | none       | none       |
 *
 * While native XDP is attached, nothing merges packets. Of sent packets the queueing
 * discipline may drop some after tc has seen them.
 */
export function comparisonFor(
  netInterface: NetInterface,
  direction: Direction,
  way: string,
): Comparison {
  const { counter, wrong } = kindOf(netInterface);
  const mode = modeOfFrames(netInterface, way);
  if (counter === "others") return "none";
  const isSame = counter === "wire" ||
    (mode === "native" && wrong[mode] === undefined);
  return isSame && direction === "in" ? "equal" : "not less";
}
