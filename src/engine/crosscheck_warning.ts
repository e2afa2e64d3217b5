/** Explains why an interface's own counter differs from the count. */
import type { Hook } from "../hooks/hook.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { activeMerging } from "../net/offloads.ts";
import type { Discrepancy } from "../tally/crosscheck.ts";

/** The warning: both numbers, the likely cause, and what to do. */
export function explainDiscrepancy(
  { name, driver }: NetInterface,
  hook: Hook,
  mode: string,
  { counted, received }: Discrepancy,
): string {
  return `Interface "${name}" received ${received} packets by its own counter, but ${hook.label} saw ${counted}: ${cause()}`;

  function cause(): string {
    const merging = activeMerging(name);
    if (counted > 0n && merging.length > 0) {
      return `${
        merging.join(" and ")
      } merges packets before ${hook.label} sees them; turn it off: ethtool -K ${name} ${
        merging.join(" off ")
      } off`;
    }
    return counted < received
      ? hook.explainShortfall({ mode, driver, counted, received })
      : "its driver does not count all packets";
  }
}
