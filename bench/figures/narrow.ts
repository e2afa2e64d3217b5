/** Figure 8: the cost of a frame with and without narrowing options. */
import { loadObject } from "../../src/bpf/load.ts";
import { LOAD_DEFAULTS, type LoadOptions } from "../../src/bpf/object.ts";
import { parseFilter } from "../../src/basics/network_filter.ts";
import { BY_SOURCE, parseFields } from "../../src/basics/keys.ts";
import { WELL_KNOWN_PORTS } from "../../src/basics/tunnels.ts";
import type { Effort, Finding } from "../lib/figure.ts";
import { IPV4 } from "../lib/frames.ts";
import { BenchObject, lib, takesFragments } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { ratioCell, spreadCells } from "../lib/spread.ts";
import { compare, type Loaded } from "./packet.ts";

const TABLE = 65536;
const SOURCES = 1000;

/** Load options by table row. The filter matches every source: other frames cost less. */
const NARROWINGS: Record<string, Partial<LoadOptions>> = {
  "nothing": {},
  "--filter": { filter: parseFilter("0.0.0.0/0,!192.0.2.0/24,::/0") },
  "--prefix4 24": {
    keying: { ...BY_SOURCE, prefix: { ipv4: 24, ipv6: 128 } },
  },
  "--inner": { keying: { ...BY_SOURCE, inner: WELL_KNOWN_PORTS } },
  ...Object.fromEntries(
    [
      "destination",
      "source,protocol",
      "source,port",
      "source,destination,protocol,source-port,port",
      "mac",
    ].map((by) => [
      `--by ${by}`,
      { keying: { ...BY_SOURCE, fields: parseFields(by) } },
    ]),
  ),
};

function load(stack: DisposableStack): Loaded {
  const programs: Record<string, number> = {};
  const hasFragments = takesFragments();
  const floors = new BenchObject("floors", ["pass"], { hasFragments });
  programs["empty"] = stack.use(floors).program("pass");
  for (const [name, options] of Object.entries(NARROWINGS)) {
    const object = stack.use(
      loadObject(lib, { ...LOAD_DEFAULTS, maxSources: TABLE, ...options }),
    );
    programs[name] = object.programFd;
  }
  return { programsFor: () => programs, hasFragments };
}

export async function narrowingCost({ isQuick }: Effort): Promise<Finding> {
  const point = { kind: IPV4, sources: SOURCES };
  const [costs] = await compare(load, [point], isQuick ? 10 : 60);
  return {
    title: "figure 8: what narrowing down costs",
    lines: [
      `As figure 1, with IPv4 from ${SOURCES} sources. Without an option (nothing) the verifier removes all narrowing code from the program.`,
      "",
      ...tableLines([
        ["asked for", "ns", "min", "max", "/ nothing"],
        ...Object.entries(costs!).map(([name, values]) => [
          name,
          ...spreadCells(values, (ns) => ns.toFixed(1)),
          ratioCell(values, costs!["nothing"]!),
        ]),
      ]),
    ],
    goals: [],
  };
}
