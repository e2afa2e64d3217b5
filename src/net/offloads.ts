import { CallError } from "../ffi/errno.ts";
import { ControlSocket } from "./control.ts";
import { EthtoolFeatures, featureNames, turnOn } from "./ethtool.ts";
import { listInterfaces } from "./interfaces.ts";

/** Hardware that merges received packets before anybody sees them. */
export const MERGING = ["rx-lro", "rx-gro-hw"] as const;

/** An offload that is wanted on an interface. */
export interface Offload {
  readonly interface: string;
  readonly feature: typeof MERGING[number];
}

/**
 * The merging offloads that are wanted on any interface. Attaching in generic
 * mode makes the kernel turn them off, also on the interfaces below (bond,
 * VLAN), and nothing turns them on again (dev_disable_lro and
 * dev_disable_gro_hw, net/core/dev.c).
 */
export function mergingOffloads(): Offload[] {
  using socket = new ControlSocket();
  const interfaces = listInterfaces();
  const [first] = interfaces;
  const names = first === undefined ? [] : featureNames(socket, first.name);
  return interfaces.flatMap(({ name }) => {
    try {
      const features = new EthtoolFeatures(socket, name, names);
      return MERGING.filter((feature) => features.isWanted(feature))
        .map((feature) => ({ interface: name, feature }));
    } catch (error) {
      if (error instanceof CallError) return []; // it is gone meanwhile
      throw error;
    }
  });
}

/** The merging offloads that are on, changeable or not. */
export function activeMerging(name: string): string[] {
  using socket = new ControlSocket();
  try {
    const names = featureNames(socket, name);
    const features = new EthtoolFeatures(socket, name, names);
    return MERGING.filter((feature) => features.isOn(feature));
  } catch (error) {
    if (error instanceof CallError) return []; // it is gone
    throw error;
  }
}

/** Those of `before` that are off now. */
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

/** What an operator would type for it. */
export function repairLine({ interface: name, feature }: Offload): string {
  return `ethtool -K ${name} ${feature} on`;
}
