/** Explains why an interface's own counter differs from the count. */
import type { Difference, Hook } from "../hooks/hook.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { activeMerging } from "../net/offloads.ts";

/**
 * The warning: both numbers, the likely cause, and what to do; undefined: what
 * merges packets explains the difference.
 */
export function explainDiscrepancy(
  { name }: NetInterface,
  hook: Hook,
  difference: Difference,
): string | undefined {
  const { counted, own, direction, mode } = difference;
  const merging = activeMerging(name);
  if (counted > own && merging.length > 0) return undefined;
  const verb = direction === "in" ? "received" : "sent";
  return `Interface "${name}" ${verb} ${own} packets by its own counter, but ${hook.label} saw ${counted}: ${cause()}`;

  function cause(): string {
    if (counted > own) {
      return "its driver does not count all packets, or a program added some";
    }
    if (mode !== "tc" && counted > 0n && merging.length > 0) {
      return `${
        merging.join(" and ")
      } merges packets before ${hook.label} sees them; turn it off: ethtool -K ${name} ${
        merging.join(" off ")
      } off`;
    }
    return hook.explainShortfall(difference);
  }
}
