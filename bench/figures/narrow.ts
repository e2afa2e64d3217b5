/** Figure 8: what narrowing down costs, to who asks for it and to who does not. */
import { loadObject } from "../../src/bpf/load.ts";
import { type LoadOptions, PLAIN } from "../../src/bpf/object.ts";
import { parseFilter } from "../../src/basics/network_filter.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import type { Effort, Finding } from "../lib/bench.ts";
import { IPV4 } from "../lib/frames.ts";
import { BenchObject, lib, takesFragments } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { spreadOf } from "../lib/spread.ts";
import { compare, type Loaded, ratioTo, spreadCells } from "./packet.ts";

const TABLE = 65536;
const SOURCES = 1000;

/** Every source is kept by the filter: what is left out costs less. */
const WAYS: Record<string, Partial<LoadOptions>> = {
  "nothing": {},
  "--filter": { filter: parseFilter("0.0.0.0/0,!192.0.2.0/24,::/0") },
  "--prefix4 24": {
    keying: { ...BY_SOURCE, prefix: { ipv4: 24, ipv6: 128 } },
  },
  "--by destination": { keying: { ...BY_SOURCE, by: "destination" } },
  "--by source,protocol": { keying: { ...BY_SOURCE, by: "source,protocol" } },
  "--by source,port": { keying: { ...BY_SOURCE, by: "source,port" } },
};

function load(stack: DisposableStack): Loaded {
  const programs: Record<string, number> = {};
  const hasFragments = takesFragments();
  const floors = new BenchObject("floors", ["pass"], { hasFragments });
  programs["empty"] = stack.use(floors).program("pass");
  for (const [name, options] of Object.entries(WAYS)) {
    const object = stack.use(
      loadObject(lib, {
        ...PLAIN,
        maxSources: TABLE,
        ...options,
      }),
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
      `As figure 1, IPv4 from ${SOURCES} sources. Who asks for nothing runs a program from which the verifier removed all of it.`,
      "",
      ...tableLines([
        ["asked for", "ns", "min", "max", "/ nothing"],
        ...Object.entries(costs!).map(([name, values]) => [
          name,
          ...spreadCells(spreadOf(values)),
          ratioTo(values, costs!["nothing"]!),
        ]),
      ]),
    ],
    goals: [],
  };
}
