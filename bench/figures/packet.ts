/** Figure 1: the CPU time of one frame in the BPF program. */
import { loadObject } from "../../src/bpf/load.ts";
import { LOAD_DEFAULTS } from "../../src/bpf/object.ts";
import type { Effort, Finding, Goal } from "../lib/figure.ts";
import { feed, Feeder } from "../lib/feeder.ts";
import { type FrameKind, IPV4, KINDS } from "../lib/frames.ts";

import { BenchObject, lib } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { ratioCell, ratios, spreadCells, spreadOf } from "../lib/spread.ts";
import { bars } from "../lib/svg.ts";
import { takeTurns } from "../lib/turns.ts";
import { Pair } from "./packet_pair.ts";

const SOURCES = [1, 1000, 65536];
/** Size of xdptally's table and of the floor's map. */
const TABLE = 65536;
/** The example's LRU hash evicts before it is full: this size avoids that. */
const EXAMPLE_TABLE = 2 * TABLE;

/** Few, so that other load on the machine misses some of the rounds. */
const FRAMES_A_ROUND = 20_000;
const MOST = { hot: 1.3, many: 1.15, example: 1, pair: 0.6 };

/** By program: ns per frame less those of the empty program, one value per block. */
type Costs = Record<string, number[]>;

interface Row {
  readonly kind: FrameKind["name"];
  readonly sources: number;
  readonly costs: Costs;
}

/** Descriptors of loaded programs, by name; one of them is `empty`. */
export interface Loaded {
  readonly programsFor: (kind: FrameKind) => Readonly<Record<string, number>>;
  readonly hasFragments: boolean;
}

/** Frames of one kind from this many sources. */
export interface Point {
  readonly kind: FrameKind;
  readonly sources: number;
}

const POINTS: readonly Point[] = KINDS.flatMap((kind) =>
  SOURCES.map((sources) => ({ kind, sources }))
);

function load(stack: DisposableStack): Loaded {
  const ours = stack.use(
    loadObject(lib, { maxSources: TABLE, ...LOAD_DEFAULTS }),
  );
  const { hasFragments } = ours;
  const floors = stack.use(
    new BenchObject("floors", [
      "pass",
      ...KINDS.map(({ floor }) => floor),
    ], { hasFragments }),
  );
  const example = stack.use(
    new BenchObject("example", ["count"], {
      hasFragments,
      maxEntries: { packets: EXAMPLE_TABLE },
    }),
  );
  const programsFor = (kind: FrameKind) => ({
    empty: floors.program("pass"),
    floor: floors.program(kind.floor),
    xdptally: ours.programFd,
    // The example counts untagged IPv4 only.
    ...(kind === IPV4 ? { example: example.program("count") } : {}),
  });
  return { programsFor, hasFragments };
}

export async function packetCost({ isQuick }: Effort): Promise<Finding> {
  const costs = await compare(load, POINTS, isQuick ? 10 : 60);
  const rows: Row[] = POINTS.map(({ kind, sources }, at) => ({
    kind: kind.name,
    sources,
    costs: costs[at]!,
  }));
  const pair = await comparePair(isQuick ? 3 : 9);
  return {
    title: "figure 1: what a frame costs",
    lines: linesOf(rows, pair),
    goals: goalsOf(rows, pair),
    picture: {
      file: "figure1.svg",
      svg: bars("ns per frame, less an empty program", [
        ...rows.map((row) => barsOf(`${row.kind}, ${row.sources}`, row.costs)),
        barsOf("two CPUs, 1", pair),
      ]),
    },
  };
}

const BLOCKS = 5;

/**
 * Measures programs in blocks of rounds. A block's value is the minimum of its
 * rounds, which vary by half. Each block loads the programs again, because the
 * addresses of their maps make as much of a difference.
 *
 * @returns the costs at each point
 */
export async function compare(
  load: (stack: DisposableStack) => Loaded,
  points: readonly Point[],
  rounds: number,
): Promise<Costs[]> {
  const costs: Costs[] = points.map(() => ({}));
  for (let block = 0; block < BLOCKS; block++) {
    using stack = new DisposableStack();
    const loaded = load(stack);
    for (const [at, point] of points.entries()) {
      using feeders = new DisposableStack();
      const contenders = runnersOf(loaded, point, feeders);
      const times = await takeTurns(rounds, contenders);
      addBlock(costs[at]!, times, (values) => Math.min(...values));
    }
  }
  return costs;
}

/** Functions by program name that feed it one round of frames. @returns ns per frame */
function runnersOf(
  { programsFor, hasFragments }: Loaded,
  { kind, sources }: Point,
  stack: DisposableStack,
): Record<string, () => number> {
  const runners = Object.entries(programsFor(kind)).map(([name, program]) => {
    if (sources === 1) {
      return [name, () => feed(program, kind, FRAMES_A_ROUND)] as const;
    }
    const feeder = stack.use(new Feeder(program, kind, hasFragments));
    feeder.feedEach(sources); // adds all sources to the table
    feeder.plan(sources, "shuffle");
    return [name, () => feeder.feed(FRAMES_A_ROUND)] as const;
  });
  return Object.fromEntries(runners);
}

/** Adds a block's value for each program, less that of the empty program. */
function addBlock(
  costs: Costs,
  times: Record<string, number[]>,
  summarize: (values: readonly number[]) => number,
): void {
  for (const name of Object.keys(times)) {
    if (name === "empty") continue;
    (costs[name] ??= []).push(
      summarize(times[name]!) - summarize(times["empty"]!),
    );
  }
}

/** Measures programs on two CPUs at once, with one source. A block's value is the median. */
async function comparePair(rounds: number): Promise<Costs> {
  const costs: Costs = {};
  await using pair = await Pair.create();
  for (let block = 0; block < BLOCKS; block++) {
    using stack = new DisposableStack();
    const programs = load(stack).programsFor(IPV4);
    const contenders = Object.entries(programs).map(([name, program]) =>
      [name, () => pair.feed(program)] as const
    );
    const times = await takeTurns(rounds, Object.fromEntries(contenders));
    addBlock(costs, times, (values) => spreadOf(values).median);
  }
  return costs;
}

function linesOf(rows: readonly Row[], pair: Costs): string[] {
  const cells = (label: string, sources: number, costs: Costs) =>
    Object.entries(costs).map(([name, values]) => [
      `${label}, ${name}`,
      String(sources),
      ...spreadCells(values, (ns) => ns.toFixed(1)),
      ratioCell(values, costs.floor!),
      costs.example === undefined ? "" : ratioCell(values, costs.example),
    ]);
  return [
    `ns of CPU time per frame, less that of an empty program: the median of ${BLOCKS} loads of the programs, each the minimum of its rounds.`,
    "All sources are in the table already and come in random order. The example counts untagged IPv4 only; its table is twice as large.",
    "",
    ...tableLines([
      ["", "sources", "ns", "min", "max", "/ floor", "/ example"],
      ...rows.flatMap(({ kind, sources, costs }) =>
        cells(kind, sources, costs)
      ),
      ...cells("two CPUs at once", 1, pair),
    ]),
  ];
}

function goalsOf(rows: readonly Row[], pair: Costs): Goal[] {
  const median = (costs: Costs, other: string) =>
    spreadOf(ratios(costs.xdptally!, costs[other]!)).median;
  return [
    ...rows.filter(({ sources }) => sources !== 1000).map((
      { kind, sources, costs },
    ) => ({
      what: `${kind}, ${sources} sources: times the floor`,
      found: median(costs, "floor"),
      most: sources === 1 ? MOST.hot : MOST.many,
    })),
    ...rows.filter(({ costs }) => costs.example !== undefined).map((
      { kind, sources, costs },
    ) => ({
      what: `${kind}, ${sources} sources: times the example`,
      found: median(costs, "example"),
      most: MOST.example,
    })),
    {
      what: "two CPUs at once on one source: times the example",
      found: median(pair, "example"),
      most: MOST.pair,
    },
  ];
}

function barsOf(label: string, costs: Costs) {
  return {
    label,
    values: Object.fromEntries(
      Object.entries(costs).map((
        [name, values],
      ) => [name, spreadOf(values).median]),
    ),
  };
}
