/** Lists the kinds of interfaces: how each is counted best, and what its own counters count. */
import type { Direction } from "../basics/keys.ts";
import { resetsLink } from "../net/drivers.ts";
import type { NetInterface } from "../net/interfaces.ts";

/** A property of some modes, in words that follow "XDP". */
type ByMode = Readonly<Record<string, string>>;

/**
 * A kind of interface. docs/compatibility.md has the same table, with what was
 * measured.
 */
interface Kind {
  /** The modes that `auto` takes, the best first. */
  readonly modes: readonly string[];
  /** Why the first of them is the best. */
  readonly why: string;
  /** Why `auto` does not take native mode. */
  readonly avoidsNative?: string;
  /** What a mode counts wrong. */
  readonly wrong: ByMode;
  /** What a mode costs the traffic. */
  readonly costs: ByMode;
  /** Why no hook sees what it receives. */
  readonly blind?: string;
  /**
   * What its own counters count: packets as on the wire; packets after the kernel
   * or a guest merged them; or others, as a bond that counts what it drops.
   */
  readonly counter: "wire" | "merged" | "others";
}

const MERGED = "counts packets that were merged before as one";
const GENERIC_COST = "turns off GRO, which slows TCP";

const NIC: Kind = {
  modes: ["native", "tc", "generic"],
  why: "the earliest hook, run by its driver at no cost",
  wrong: {},
  costs: { generic: GENERIC_COST },
  counter: "wire",
};

/** Interfaces that get packets from others, mostly after these were merged. */
const VIRTUAL: Kind = {
  modes: ["tc", "generic"],
  why: "it has no native XDP, and generic XDP counts merged packets as one",
  wrong: { generic: MERGED },
  costs: {},
  counter: "merged",
};

const BOND: Kind = {
  ...VIRTUAL,
  avoidsNative:
    "native XDP counts what a backup slave receives and the bond drops",
  wrong: {
    native: "counts what a backup slave receives and the bond drops",
    generic: MERGED,
  },
  counter: "others",
};

/** By the kind that rtnetlink names, or by the driver. */
const KINDS: Readonly<Record<string, Kind>> = {
  veth: {
    ...VIRTUAL,
    modes: ["tc", "native", "generic"],
    why: "XDP would slow TCP through a veth to a quarter",
    costs: {
      native: "slows TCP through a veth to about a quarter",
      generic: "slows TCP through a veth by a tenth, or more",
    },
  },
  tun: {
    ...VIRTUAL,
    modes: ["tc", "native", "generic"],
    why:
      "a guest's packets come merged, and XDP would count each of these as one",
    wrong: { native: MERGED, generic: MERGED },
  },
  virtio_net: { ...NIC, counter: "merged" },
  vif: { // Xen's, whose host sends merged packets
    ...VIRTUAL,
    why: "driver vif resets the link for native XDP",
    avoidsNative:
      "driver vif resets the link for native XDP; --mode native attaches anyway",
  },
  bond: BOND,
  team: BOND,
  // It counts a packet for each other end that it is sent to.
  vxlan: { ...VIRTUAL, counter: "others" },
  ifb: {
    ...VIRTUAL,
    blind:
      "no hook sees what an ifb receives, since it gives the packets back at once; use --direction out",
    counter: "others",
  },
  wireguard: {
    ...VIRTUAL,
    why: "XDP has no native mode here, and generic mode turns off GRO",
    wrong: {},
    costs: { generic: GENERIC_COST },
  },
};

/** The kind of an interface. */
export function kindOf(
  { kind, driver, hardwareType }: NetInterface,
): Kind {
  const ARPHRD_ETHER = 1;
  const name = [kind, driver].find((one) => Object.hasOwn(KINDS, one));
  if (name !== undefined) return KINDS[name]!;
  // Without netlink the kind is not known, but a network card has Ethernet.
  if (kind !== "" || hardwareType !== ARPHRD_ETHER) return VIRTUAL;
  if (!resetsLink(driver)) return NIC;
  const why = `driver ${driver} resets the link for native XDP`;
  return {
    ...NIC,
    modes: ["tc", "generic"],
    why,
    avoidsNative: `${why}; --mode native attaches anyway`,
  };
}

/** The mode whose frames a way counts: one that observes has its program's. */
export function modeOfFrames({ xdpMode }: NetInterface, way: string): string {
  return way === "observe" ? xdpMode ?? way : way;
}

/** What a mode gets wrong on an interface, and what it costs; undefined: nothing. */
export function remarksOn(
  netInterface: NetInterface,
  direction: Direction,
  way: string,
): { readonly wrong: string | undefined; readonly costs: string | undefined } {
  const { blind, wrong, costs } = kindOf(netInterface);
  const mode = modeOfFrames(netInterface, way);
  const say = (what: string | undefined) =>
    what &&
    `XDP in ${mode} mode ${what}; --hook tc does not (it needs Linux 6.6)`;
  const isBlind = direction === "in" && blind !== undefined;
  return {
    wrong: isBlind ? blind : say(wrong[mode]),
    costs: say(costs[way]), // who observes costs what the other one does
  };
}
