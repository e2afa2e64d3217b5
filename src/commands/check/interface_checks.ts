/** The checks of an interface. */
import { describeHolder } from "../../bpf/holder.ts";
import { mapMemory } from "../../bpf/layout.ts";
import { EXIT, Failure } from "../../basics/errors.ts";
import { CallError } from "../../ffi/errno.ts";
import { ControlSocket } from "../../net/control.ts";
import { mostMtu, reasonToAvoidNative, resetsLink } from "../../net/drivers.ts";
import {
  EthtoolFeatures,
  featureNames,
  receiveQueues,
} from "../../net/ethtool.ts";
import { linkLayer, type NetInterface } from "../../net/interfaces.ts";
import { MERGING } from "../../net/offloads.ts";
import { type XdpFeatures, xdpFeatures } from "../../net/xdp_features.ts";
import type { CheckRow } from "./check_table.ts";
import { formatBytes } from "../../basics/quantity.ts";
import type { HostChecks } from "./host_checks.ts";
import { lookUpInterface, missing } from "../../engine/interfaces.ts";

type Finding = Omit<CheckRow, "on" | "name">;

const ok = (value: string): Finding => ({ state: "ok", value });

/** What stands in the way of watching an interface, and how it would be done. */
export function interfaceChecks(
  name: string,
  maxSources: number,
  host: HostChecks,
): CheckRow[] {
  const row = (what: string, finding: Finding): CheckRow => ({
    on: name,
    name: what,
    ...finding,
  });
  let found: NetInterface;
  try {
    found = lookUpInterface(name) ?? missing(name);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message, exitCode } = error;
    return [row("interface", { state: "fail", value: message, exitCode })];
  }
  const features = kernelsWord(found.index);
  return [
    row("driver", ok(found.driver === "" ? "none told" : found.driver)),
    row("type", ok(type(found))),
    row("state", state(found)),
    row("MTU", ok(mtu(found, features, host))),
    row("receive queues", ok(queues(name))),
    ...offloads(found).map((finding) => row("offloads", finding)),
    row("XDP program", holder(found, host)),
    ...resets(found).map((finding) => row("link reset", finding)),
    row("mode", mode(found, features, host)),
    row("memory", memory(maxSources, host.cpus)),
  ];
}

/** @see linux/if_arp.h */
function type({ hardwareType }: NetInterface): string {
  return linkLayer(hardwareType) === "ethernet"
    ? `Ethernet frames (hardware type ${hardwareType})`
    : `IP packets without an Ethernet header (hardware type ${hardwareType})`;
}

function state({ isUp }: NetInterface): Finding {
  return isUp
    ? ok("up")
    : { state: "note", value: "down: nothing is counted until it is up" };
}

/** Undefined: neither the kernel nor netlink tells. */
function kernelsWord(index: number): XdpFeatures | undefined {
  try {
    return xdpFeatures(index);
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

/** Why a driver would refuse native mode for its MTU; undefined: it would not. */
function tooLarge(
  { driver, mtu }: NetInterface,
  features: XdpFeatures | undefined,
  { hasFragments }: HostChecks,
): string | undefined {
  const most = mostMtu(driver);
  const anyWillDo = hasFragments && features?.hasFragments === true;
  return anyWillDo || most === undefined || mtu <= most
    ? undefined
    : `native XDP of ${driver} takes ${most} at most`;
}

function mtu(
  found: NetInterface,
  features: XdpFeatures | undefined,
  host: HostChecks,
): string {
  const why = tooLarge(found, features, host);
  return why === undefined ? String(found.mtu) : `${found.mtu}: ${why}`;
}

function queues(name: string): string {
  using socket = new ControlSocket();
  return String(receiveQueues(socket, name) ?? "not told");
}

/** What merges or changes frames before XDP sees them. */
function offloads({ name }: NetInterface): Finding[] {
  using socket = new ControlSocket();
  let features: EthtoolFeatures;
  try {
    features = new EthtoolFeatures(socket, name, featureNames(socket, name));
  } catch (error) {
    if (error instanceof CallError) return [ok("not told")];
    throw error;
  }
  const merging = MERGING.filter((feature) => features.isOn(feature));
  const findings: Finding[] = merging.map((feature) => ({
    state: "note",
    value: features.isWanted(feature)
      ? `${feature} is on: it merges packets, and generic mode turns it off until the end of the run (some drivers, like bnxt_en, set the whole device up anew for that)`
      : `${feature} is on and fixed: packets that it merges count as one`,
    ...(features.isWanted(feature)
      ? { remedy: `for good: ethtool -K ${name} ${feature} off` }
      : {}),
  }));
  if (features.isOn("rx-vlan-hw-parse")) {
    findings.push(
      ok("rx-vlan-hw-parse is on: tags that it takes off are not in the bytes"),
    );
  }
  return findings.length > 0 ? findings : [ok("none that change counts")];
}

function holder({ name, index }: NetInterface, { lib }: HostChecks): Finding {
  const who = lib && describeHolder(lib, index);
  return who === undefined ? ok("none") : {
    state: "fail",
    value: `${who} holds it`,
    remedy: `end that first, or look with: bpftool net show dev ${name}`,
    exitCode: EXIT.busy,
  };
}

function resets({ driver }: NetInterface): Finding[] {
  return resetsLink(driver)
    ? [{
      state: "note",
      value:
        `native attach and detach stop the traffic for a moment (ndo_bpf of ${driver}, in the kernel's sources)`,
    }]
    : [];
}

/** The mode that `auto` would get to. */
function mode(
  found: NetInterface,
  features: XdpFeatures | undefined,
  host: HostChecks,
): Finding {
  const avoid = reasonToAvoidNative(found.driver);
  if (avoid !== undefined) return ok(`generic: ${avoid}`);
  if (features?.isNative === false) {
    return ok(`generic: driver ${found.driver || "(none)"} has no native XDP`);
  }
  const why = tooLarge(found, features, host);
  if (why !== undefined) return ok(`generic: ${why}`);
  return ok(
    features?.isNative
      ? "native"
      : "native if its driver has it, else generic (before Linux 6.3 only attaching tells)",
  );
}

function memory(maxSources: number, cpus: number): Finding {
  const needed = mapMemory(maxSources, cpus);
  const bytes = (count: number) => formatBytes(BigInt(Math.round(count)));
  const value = `${
    bytes(needed)
  } for ${maxSources} sources of each family on ${cpus} CPUs`;
  const { available } = Deno.systemMemoryInfo();
  return needed < available ? ok(value) : {
    state: "fail",
    value: `${value}, and ${bytes(available)} are free`,
    remedy: "give a smaller --max-sources",
    exitCode: EXIT.failure,
  };
}
