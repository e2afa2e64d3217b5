/** Offloads that merge packets before XDP sees them; attaching in generic mode turns them off. */
import { rescue } from "../ffi/errno.ts";
import { ControlSocket } from "./control.ts";
import { EthtoolFeatures, turnOn } from "./ethtool.ts";
import { listInterfaces } from "./interfaces.ts";

/** Features by which hardware merges received packets before the kernel sees them. */
export const MERGING = ["rx-lro", "rx-gro-hw"] as const;

/** An offload that is requested on an interface. */
export interface Offload {
  readonly interface: string;
  readonly feature: typeof MERGING[number];
}

/**
 * The merging offloads that are requested on any interface. On attach in generic
 * mode the kernel turns them off, also on the interfaces below (of a bond or a
 * VLAN), and never on again.
 *
 * @see dev_disable_lro and dev_disable_gro_hw in net/core/dev.c
 */
export function mergingOffloads(): Offload[] {
  return listInterfaces().flatMap(({ name }) => {
    const features = featuresOf(name);
    return MERGING.filter((feature) => features?.isWanted(feature))
      .map((feature) => ({ interface: name, feature }));
  });
}

/** The merging offloads that are active on an interface, whether they can be changed or not. */
export function activeMerging(name: string): string[] {
  const features = featuresOf(name);
  return MERGING.filter((feature) => features?.isOn(feature));
}

/** The features of an interface; undefined: it is gone, or has none. */
export function featuresOf(name: string): EthtoolFeatures | undefined {
  using socket = new ControlSocket();
  return rescue(() => new EthtoolFeatures(socket, name), () => undefined);
}

/** The offloads of `before` that are no longer requested. */
export function lostOffloads(before: readonly Offload[]): Offload[] {
  if (before.length === 0) return [];
  const now = new Set(mergingOffloads().map(repairLine));
  return before.filter((offload) => !now.has(repairLine(offload)));
}

/**
 * Turns an offload on again.
 *
 * @throws {CallError}
 */
export function restore(offload: Offload): void {
  using socket = new ControlSocket();
  turnOn(socket, offload.interface, offload.feature);
}

/** The command that turns an offload on again. */
export function repairLine({ interface: name, feature }: Offload): string {
  return `ethtool -K ${name} ${feature} on`;
}
