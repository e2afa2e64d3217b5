/** Checks an interface: whether it can be watched, how, and what the counts would miss. */
import { describeHolder } from "../../bpf/holder.ts";
import { mapMemory } from "../../bpf/layout.ts";
import { EXIT, Failure } from "../../basics/errors.ts";
import { rescue } from "../../ffi/errno.ts";
import { ControlSocket } from "../../net/control.ts";
import { mostMtu, reasonToAvoidNative, resetsLink } from "../../net/drivers.ts";
import { receiveQueues } from "../../net/ethtool.ts";
import { linkLayer, type NetInterface } from "../../net/interfaces.ts";
import { featuresOf, MERGING } from "../../net/offloads.ts";
import { type XdpFeatures, xdpFeatures } from "../../net/xdp_features.ts";
import { formatBytes } from "../../basics/quantity.ts";
import { lookUpInterface, missing } from "../../engine/interface_lookup.ts";
import { type CheckRow, type Finding, ok } from "./check_table.ts";
import type { HostChecks } from "./host_checks.ts";

/**
 * Checks an interface.
 *
 * @param maxSources as `--max-sources` has it
 * @returns rows in the order of the table; a single one if it cannot be watched
 */
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
  const features = rescue(() => xdpFeatures(found.index), () => undefined);
  return [
    row("driver", ok(found.driver === "" ? "none" : found.driver)),
    row("type", ok(type(found))),
    row("state", state(found)),
    row("MTU", ok(mtu(found, features, host))),
    row("receive queues", ok(queues(name))),
    ...offloads(found).map((finding) => row("offloads", finding)),
    row("XDP program", holder(found, host)),
    ...resets(found).map((finding) => row("link reset", finding)),
    row("mode", mode(found, features, host)),
    ...host.cpus === undefined
      ? []
      : [row("memory", memory(maxSources, host.cpus))],
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

/** Why the driver refuses native mode with this MTU; undefined: it does not. */
function tooLarge(
  { driver, mtu }: NetInterface,
  features: XdpFeatures | undefined,
  { hasFragments }: HostChecks,
): string | undefined {
  const most = mostMtu(driver);
  const allowsAny = hasFragments && features?.hasFragments === true;
  return allowsAny || most === undefined || mtu <= most
    ? undefined
    : `native XDP of ${driver} allows ${most} at most`;
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
  return String(receiveQueues(socket, name) ?? "unknown");
}

/** The offloads that merge or change frames before XDP sees them. */
function offloads({ name }: NetInterface): Finding[] {
  const features = featuresOf(name);
  if (features === undefined) return [ok("unknown")];
  const merging = MERGING.filter((feature) => features.isOn(feature));
  const findings: Finding[] = merging.map((feature) => ({
    state: "note",
    value: features.isWanted(feature)
      ? `${feature} is on: it merges packets, so generic mode turns it off during a run (some drivers, like bnxt_en, reset the device for that)`
      : `${feature} is on and cannot be changed: packets that it merges count as one`,
    ...(features.isWanted(feature)
      ? { remedy: `for good: ethtool -K ${name} ${feature} off` }
      : {}),
  }));
  if (features.isOn("rx-vlan-hw-parse")) {
    findings.push(
      ok(
        "rx-vlan-hw-parse is on: VLAN tags that it removes are not counted as bytes",
      ),
    );
  }
  return findings.length > 0 ? findings : [ok("none that change counts")];
}

function holder({ name, index }: NetInterface, { lib }: HostChecks): Finding {
  const who = lib && describeHolder(lib, index);
  return who === undefined ? ok("none") : {
    state: "fail",
    value: `${who} holds it`,
    remedy:
      `stop it first (to inspect it: bpftool net show dev ${name}), or count beside it with --hook tc`,
    exitCode: EXIT.busy,
  };
}

function resets({ driver }: NetInterface): Finding[] {
  return resetsLink(driver)
    ? [{
      state: "note",
      value:
        `attaching and detaching in native mode interrupt traffic for a moment (ndo_bpf of ${driver}, in the kernel's sources)`,
    }]
    : [];
}

/** The mode that `--mode auto` would choose. */
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
      : "native if the driver supports it, else generic (Linux before 6.3 does not report this)",
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
    value: `${value}, but only ${bytes(available)} are available`,
    remedy: "give a smaller --max-sources",
    exitCode: EXIT.failure,
  };
}
