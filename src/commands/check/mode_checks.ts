/** Checks how a program would be attached to an interface, and what that would cost. */
import { EXIT } from "../../basics/errors.ts";
import type { Direction } from "../../basics/keys.ts";
import { LineupReader } from "../../bpf/lineup.ts";
import type { Counting } from "../../engine/options.ts";
import { type Way, waysToAttach } from "../../hooks/choice.ts";
import { fieldRemarks } from "../../hooks/field_remarks.ts";
import { remarksOn } from "../../hooks/kinds.ts";
import {
  NO_NATIVE,
  type Obstacles,
  obstaclesTo,
} from "../../hooks/obstacles.ts";
import { rescue } from "../../ffi/errno.ts";
import { mostMtu, resetsLink } from "../../net/drivers.ts";
import type { NetInterface } from "../../net/interfaces.ts";
import { missingCapabilities } from "../../process/capabilities.ts";
import { type XdpFeatures, xdpFeatures } from "../../net/xdp_features.ts";
import { type Finding, type NamedFinding, ok } from "./check_table.ts";
import type { HostChecks } from "./host_checks.ts";

/** Predicts for each direction the mode that a run gets, and why. */
export function modeChecks(
  found: NetInterface,
  counting: Counting,
  host: HostChecks,
): NamedFinding[] {
  const { lib, refused } = host;
  if (lib === undefined) return [];
  if (missingCapabilities().length > 0) {
    const value = "unknown without the rights to load programs";
    return [["mode", { state: "note", value }]];
  }
  const features = rescue(() => xdpFeatures(found.index), () => undefined);
  const known = { ...refused, ...large(found, features, host) };
  return counting.directions.flatMap((direction): NamedFinding[] => {
    const obstacles = {
      ...obstaclesTo(lib, found, direction, features, counting),
      ...known,
    };
    const who = direction === "in" ? holderOf(found, host) : undefined;
    const ways = waysToAttach(found, direction, counting, obstacles, who);
    const [way] = ways;
    const name = direction === "in" ? "mode" : "mode out";
    const holder = direction === "in"
      ? [holderCheck(found, who, way!, obstacles)]
      : [];
    return [
      ...holder,
      [name, modeOf(ways, obstacles, features)],
      ...notesOn(found, direction, way!, counting),
    ];
  });
}

/** That the driver refuses native mode with this MTU; empty if it does not. */
function large(
  { driver, mtu }: NetInterface,
  features: XdpFeatures | undefined,
  { hasFragments }: HostChecks,
): Obstacles {
  const most = mostMtu(driver);
  const allowsAny = hasFragments && features?.hasFragments !== false;
  return allowsAny || most === undefined || mtu <= most ? {} : {
    native: {
      why: `native XDP of ${driver} allows an MTU of ${most} at most`,
      remedy: NO_NATIVE,
    },
  };
}

function modeOf(
  [way, next]: readonly Way[],
  obstacles: Obstacles,
  features: XdpFeatures | undefined,
): Finding {
  const { mode, reason } = way!;
  const obstacle = obstacles[mode];
  if (obstacle !== undefined) {
    const { why: value, remedy, exitCode = EXIT.unsupported } = obstacle;
    return { state: "fail", value, remedy, exitCode };
  }
  if (mode === "native" && features === undefined) {
    const otherwise = next?.mode ?? `exit code ${EXIT.unsupported}`;
    return ok(
      `native if the driver supports it, else ${otherwise} (the kernel does not tell)`,
    );
  }
  return ok(reason === undefined ? mode : `${mode}: ${reason}`);
}

/** The XDP program that is there, as the subject of a sentence; undefined: none. */
function holderOf(
  { index, xdpProgram }: NetInterface,
  { lib, holders }: HostChecks,
): string | undefined {
  // Without netlink the interface does not tell.
  const id = xdpProgram ??
    rescue(
      () => lib && LineupReader.of(lib)?.read(index, "in").xdp[0]?.id,
      () => undefined,
    );
  return id && holders?.describe(id) || undefined;
}

/** What that program means for a run. */
function holderCheck(
  { name }: NetInterface,
  who: string | undefined,
  { mode }: Way,
  { observe }: Obstacles,
): NamedFinding {
  if (who === undefined) return ["XDP program", ok("none")];
  const inspect = `to inspect it: bpftool net show dev ${name}`;
  const blind = observe === undefined
    ? ""
    : `, and observing it cannot be (${observe.why})`;
  switch (mode) {
    case "observe":
      return [
        "XDP program",
        ok(`${who} is there: its frames are counted, with its verdicts`),
      ];
    case "tc":
      return ["XDP program", {
        state: "note",
        value:
          `${who} is there: frames that it drops or redirects are not counted${blind}`,
        remedy: inspect,
      }];
  }
  return ["XDP program", {
    state: "fail",
    value: `${who} holds it`,
    remedy: `stop it first (${inspect}), or count beside it with --hook ${
      observe === undefined ? "observe" : "tc"
    }`,
    exitCode: EXIT.busy,
  }];
}

function notesOn(
  found: NetInterface,
  direction: Direction,
  { mode }: Way,
  { keying }: Counting,
): NamedFinding[] {
  const { wrong, costs } = remarksOn(found, direction, mode);
  const resets = mode === "native" && resetsLink(found.driver)
    ? `attaching and detaching in native mode interrupt traffic for a moment (ndo_bpf of ${found.driver}, in the kernel's sources)`
    : undefined;
  const fields = fieldRemarks(found, keying, mode);
  const notes = {
    counts: wrong,
    fields: fields.length > 0 ? fields.join("; ") : undefined,
    speed: costs,
    "link reset": resets,
  };
  return Object.entries(notes).flatMap(([name, value]): NamedFinding[] =>
    value === undefined ? [] : [[name, { state: "note", value }]]
  );
}
