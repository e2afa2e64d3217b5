/** Checks an interface: whether it can be watched, how, and what the counts would miss. */
import type { Direction } from "../../basics/keys.ts";
import { LineupReader } from "../../bpf/lineup.ts";
import { mapMemory } from "../../bpf/layout.ts";
import { EXIT, Failure } from "../../basics/errors.ts";
import { linkLayer } from "../../basics/link_layer.ts";
import { rescue } from "../../ffi/errno.ts";
import { ControlSocket } from "../../net/control.ts";
import { receiveQueues } from "../../net/ethtool.ts";
import type { NetInterface } from "../../net/interfaces.ts";
import { featuresOf, MERGING } from "../../net/offloads.ts";
import { formatBytes } from "../../basics/quantity.ts";
import { lookUpInterface, missing } from "../../engine/interface_lookup.ts";
import type { Counting } from "../../engine/options.ts";
import { type CheckRow, type Finding, ok } from "./check_table.ts";
import type { HostChecks } from "./host_checks.ts";
import { modeChecks } from "./mode_checks.ts";

/**
 * Checks an interface.
 *
 * @returns rows in the order of the table; a single one if it cannot be watched
 */
export function interfaceChecks(
  name: string,
  counting: Counting,
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
  return [
    row("driver", ok(found.driver === "" ? "none" : found.driver)),
    row("type", ok(type(found))),
    row("state", state(found)),
    row("MTU", ok(String(found.mtu))),
    row("receive queues", ok(queues(found))),
    ...offloads(found).map((finding) => row("offloads", finding)),
    ...(["in", "out"] as const).map((direction) =>
      row(`tc programs, ${direction}`, ok(tcPrograms(found, direction, host)))
    ),
    ...modeChecks(found, counting, host)
      .map(([what, finding]) => row(what, finding)),
    row("memory", memory(counting, host.cpus)),
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

function queues({ name }: NetInterface): string {
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

/** What is at tc, in the order in which frames meet it. */
function tcPrograms(
  { index }: NetInterface,
  direction: Direction,
  { lib, holders }: HostChecks,
): string {
  const reader = lib && LineupReader.of(lib);
  const lineup = rescue(() => reader?.read(index, direction), () => undefined);
  if (lineup === undefined) {
    return "unknown: this needs Linux 6.6, BTF and the rights to load programs";
  }
  const { tcx, hasFilters } = lineup;
  const found = tcx.map(({ id, name }) => `tcx ${holders!.owned(id, name)}`);
  if (hasFilters) found.push("filters (clsact)");
  return found.join(", then ") || "none";
}

function memory(
  { keying, maxSources, directions }: Counting,
  cpus: number,
): Finding {
  const needed = mapMemory(keying, maxSources, cpus) * directions.length;
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
