/** The options that the counting commands share: what is counted, where and by which key. */
import {
  BY_SOURCE,
  FIELD_NAMES,
  KEY_FIELDS,
  MOST_SOURCES,
  needsIp,
  parseFields,
} from "../basics/keys.ts";
import { parseFilter } from "../basics/network_filter.ts";
import { EXIT, Failure } from "../basics/errors.ts";
import {
  MOST_TUNNEL_PORTS,
  parseTunnelPorts,
  tunnelPortsText,
  WELL_KNOWN_PORTS,
} from "../basics/tunnels.ts";
import {
  defaultsOf,
  flag,
  text,
  time,
  valued,
  type Values,
  whole,
  word,
} from "../cli/option.ts";
import { oneOf } from "../cli/values.ts";
import type { Counting } from "../engine/options.ts";
import { HOOKS } from "../hooks/all.ts";
import { MODES } from "../hooks/hook.ts";

const HOOK_NAMES = ["auto", ...HOOKS.map(({ name }) => name)];

export const interval = time(
  {
    name: "interval",
    short: "i",
    value: "TIME",
    help: "time between ticks: 500ms, 2s, 1m (default 1s)",
    details: "From 100ms to 1h.",
  },
  { least: 100, most: 3_600_000, range: "100ms to 1h" },
  "1s",
);

export const sort = word(
  {
    name: "sort",
    value: "KEY",
    help: "packets, bytes or ip (default packets)",
    details: "Equal rows are sorted by address.",
  },
  ["packets", "bytes", "ip"],
  "packets",
);

const mode = word(
  {
    name: "mode",
    short: "m",
    value: "MODE",
    help: "XDP's mode: auto, native (driver, drv), generic (skb)",
    details:
      "How XDP attaches. native: in the driver, which has to support it. generic: in the kernel, for every driver; it turns off GRO. Both mean --hook xdp. auto (the default): as --hook says; with --hook xdp it is native, or generic where the driver refuses native, would reset the link for it, or is a bond.",
  },
  MODES,
  "auto",
  { driver: "native", drv: "native", skb: "generic" },
);

const maxSources = whole(
  {
    name: "max-sources",
    value: "N",
    help: "sources kept per family and interface (default 65536)",
    details:
      "From 1 to 2097152. Packets of other sources are counted as untracked. Memory for all of them is allocated at the start; xdptally check says how much.",
    isRare: true,
  },
  { least: 1, most: MOST_SOURCES },
  "65536",
);

export const user = text({
  name: "user",
  value: "NAME",
  help: "become this user once attached (default xdptally, else nobody)",
  details:
    'A name or a number; "root" keeps all rights. Where this machine has a user xdptally, as the package makes, that is the default. Ignored unless xdptally is started by root.',
  isRare: true,
});

const bits = (
  docs: { name: string; help: string; details?: string; isRare?: boolean },
  most: number,
) => whole({ ...docs, value: "BITS" }, { least: 0, most }, String(most));

/** The options that make a `Counting`. */
export const NARROWING = {
  filter: valued({
    name: "filter",
    value: "NETS",
    help: "only these sources: 10.0.0.0/8,!10.1.0.0/16",
    details:
      "NETS are networks or addresses of either family, separated by commas. The longest prefix that contains a source decides; ! excludes its sources. If all have a !, all other sources are kept. The kernel filters; excluded packets are counted as filtered.",
  }, parseFilter),
  prefix4: bits({
    name: "prefix4",
    help: "count IPv4 by network: 24 for 10.0.0.0/24",
    details:
      "All sources of a network share one row. Useful in a flood with spoofed sources. From 0 to 32 (default 32: by address).",
  }, 32),
  prefix6: bits({
    name: "prefix6",
    help: "count IPv6 by network: 64 for 2001:db8::/64",
    details: "From 0 to 128 (default 128: by address).",
    isRare: true,
  }, 128),
  by: valued({
    name: "by",
    value: "FIELDS",
    help: "what a row stands for: source,port (default source)",
    details: `A list of fields; their order does not matter. ${
      Object.entries(KEY_FIELDS).map(([name, { help }]) => `${name}: ${help}`)
        .join("; ")
    }. source,destination,protocol,source-port,port is a flow. A field that a packet lacks is shown as -: later fragments and cut headers have no ports. With fields of the Ethernet frame alone (mac, vlan, ethertype) every frame has a row; with any other, frames without IP are counted as non-IP. The prefixes apply to both addresses.`,
    completes: FIELD_NAMES,
  }, parseFields),
  inner: flag({
    name: "inner",
    help: "count by the packets inside tunnels",
    isRare: true,
    details:
      "A row stands for the innermost packet, of up to two tunnels: VXLAN, GENEVE, GRE, ERSPAN, IP in IP (also SIT and in IPv6), GTP-U, and L2TPv3 over UDP where it can be told. Its bytes are those of the whole frame. A packet in a tunnel that cannot be read is counted as undecoded: one that is cut or compressed, a further fragment, a third tunnel. --filter is about the innermost source, too.",
  }),
  innerPorts: valued({
    name: "inner-ports",
    value: "PORTS",
    help: "more ports of tunnels: vxlan:8472,geneve:6082",
    details: `With --inner. The UDP ports that tunnels are sent to, besides ${
      tunnelPortsText(WELL_KNOWN_PORTS)
    }. At most ${MOST_TUNNEL_PORTS - 1} of each.`,
    isRare: true,
  }, parseTunnelPorts),
  mode,
  direction: word(
    {
      name: "direction",
      value: "DIR",
      help: "in, out or both (default in; out needs Linux 6.6)",
      details:
        "Frames that the interface receives, sends, or both. Outgoing frames are counted at tc.",
      isRare: true,
    },
    ["in", "out", "both"],
    "in",
  ),
  hook: word(
    {
      name: "hook",
      value: "HOOK",
      help: `where frames are seen: ${oneOf(HOOK_NAMES)} (default auto)`,
      details:
        "auto decides by what is there, and by the kind of interface. Where an XDP program holds the interface: observe; tc if that cannot be, which sees only what that program passes on. Else network cards: XDP in native mode; tc if the driver has no native XDP, or resets the link for it. veth, tap, bonds, bridges and all other virtual interfaces: tc. Before Linux 6.6: XDP in native mode where that counts right, else generic. The notice at the start says which, and why. " +
        HOOKS.map(({ name, help, sees }) => `${name}: ${help}. ${sees}`)
          .join(" "),
      isRare: true,
    },
    HOOK_NAMES,
    "auto",
  ),
  maxSources,
};

/** @throws {Failure} exit code 2: nothing tells verdicts where the options want to count */
function requireVerdicts(
  { hook, mode, direction }: Values<typeof NARROWING>,
): void {
  const other = hook !== "auto" && hook !== "observe"
    ? `--hook ${hook}`
    : mode !== "auto"
    ? `--mode ${mode}`
    : direction !== "in"
    ? `--direction ${direction}`
    : undefined;
  if (other === undefined) return;
  throw new Failure(
    EXIT.usage,
    `Cannot count by verdict with ${other}: only --hook observe sees what an XDP program does with the frames that come in`,
  );
}

/**
 * The `Counting` that options ask for; a missing option has its default.
 *
 * @throws {Failure} exit code 2: they contradict each other
 */
export function countingOf(
  given: Partial<Values<typeof NARROWING>>,
): Counting {
  const values = { ...defaultsOf(NARROWING), ...given };
  const { prefix4, prefix6, filter, direction, mode, maxSources } = values;
  const { inner, innerPorts } = values;
  const fields = values.by ?? BY_SOURCE.fields;
  if (!inner && innerPorts !== undefined) {
    throw needsInner("use --inner-ports");
  }
  if (!inner && fields.includes("outer-source")) {
    throw needsInner('count by "outer-source"');
  }
  if (inner && !needsIp({ fields }) && filter === undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot use --inner with --by ${
        fields.join(",")
      }: the frame has these fields, whatever is inside it; leave out --inner, or add a field of the packet`,
    );
  }
  if (fields.includes("verdict")) requireVerdicts(values);
  const hook = fields.includes("verdict") ? "observe" : values.hook;
  return {
    keying: {
      fields,
      prefix: { ipv4: prefix4, ipv6: prefix6 },
      inner: inner ? innerPorts ?? WELL_KNOWN_PORTS : undefined,
    },
    filter,
    directions: direction === "both" ? ["in", "out"] : [direction],
    hook: HOOKS.find(({ name }) => name === hook),
    mode,
    maxSources,
  };
}

function needsInner(what: string): Failure {
  return new Failure(
    EXIT.usage,
    `Cannot ${what}: no packet is looked for inside tunnels; add --inner`,
  );
}

/** Returns the interfaces. @throws {Failure} exit code 2: none, or one twice */
export function requireNames(names: readonly string[]): readonly string[] {
  if (names.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot watch: no interface is named; xdptally -D lists them, xdptally -h shows the options",
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot watch "${twice}" twice: its packets would be counted twice; name it once`,
    );
  }
  return names;
}
