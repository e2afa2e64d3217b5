/** Figure 1: what a frame costs in the program. */
import { loadObject } from "../../src/bpf/load.ts";
import { PLAIN } from "../../src/bpf/object.ts";
import type { Effort, Finding } from "../lib/bench.ts";
import { feed, Feeder } from "../lib/feeder.ts";
import { IPV4, type Kind, KINDS } from "../lib/frames.ts";
import { figure, type Goal } from "../lib/goals.ts";
import { BenchObject, lib } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { type Spread, spreadOf } from "../lib/spread.ts";
import { bars } from "../lib/svg.ts";
import { ratios, takeTurns } from "../lib/turns.ts";
import { Pair } from "./packet_pair.ts";

const SOURCES = [1, 1000, 65536];
/** Of our map and the floor's. */
const TABLE = 65536;
/** The example's evicts before it is full; here it need not. */
const EXAMPLE_TABLE = 2 * TABLE;

/** Short, so that some of them are not disturbed. */
const FRAMES_A_ROUND = 20_000;
const MOST = { hot: 1.3, many: 1.15, example: 1, pair: 0.6 };

/** Nanoseconds a frame over those of the empty program, block by block. */
type Costs = Record<string, number[]>;

interface Row {
  readonly kind: Kind["name"];
  readonly sources: number;
  readonly costs: Costs;
}

/** Programs that are loaded, by name; one of them is `empty`. */
export interface Loaded {
  readonly programsFor: (kind: Kind) => Readonly<Record<string, number>>;
  readonly hasFragments: boolean;
}

/** Frames of a kind from so many sources. */
export interface Point {
  readonly kind: Kind;
  readonly sources: number;
}

const POINTS: readonly Point[] = KINDS.flatMap((kind) =>
  SOURCES.map((sources) => ({ kind, sources }))
);

function load(stack: DisposableStack): Loaded {
  const ours = stack.use(
    loadObject(lib, {
      maxSources: TABLE,
      ...PLAIN,
    }),
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
  const programsFor = (kind: Kind) => ({
    empty: floors.program("pass"),
    floor: floors.program(kind.floor),
    xdptally: ours.programFd,
    // It knows plain IPv4 only.
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
      svg: bars("ns a frame, over an empty program", [
        ...rows.map((row) => barsOf(`${row.kind}, ${row.sources}`, row.costs)),
        barsOf("two CPUs, 1", pair),
      ]),
    },
  };
}

const BLOCKS = 5;

/**
 * Block by block, the least of the rounds: single rounds vary by half. The
 * programs are loaded anew for each block, since where their maps happen to lie
 * in memory makes as much of a difference.
 *
 * @returns for each point, nanoseconds a frame
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

/** What gives each of the programs a round of frames. */
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
    feeder.feedEach(sources); // from here on all are known
    feeder.plan(sources, "shuffle");
    return [name, () => feeder.feed(FRAMES_A_ROUND)] as const;
  });
  return Object.fromEntries(runners);
}

/** Adds what a block's rounds come to, over the empty program. */
function addBlock(
  costs: Costs,
  times: Record<string, number[]>,
  of: (values: readonly number[]) => number,
): void {
  for (const name of Object.keys(times)) {
    if (name === "empty") continue;
    (costs[name] ??= []).push(of(times[name]!) - of(times["empty"]!));
  }
}

/** Both CPUs at once on one source; the median of each block. */
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
      ...spreadCells(spreadOf(values)),
      ratioTo(values, costs.floor!),
      costs.example === undefined ? "" : ratioTo(values, costs.example),
    ]);
  return [
    `ns of CPU a frame over an empty program: the least of the rounds after each of ${BLOCKS} loads, and of these the median.`,
    "Sources are known already and come in random order. The example counts plain IPv4 only; its table has room for twice the sources.",
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

export function spreadCells({ median, min, max }: Spread): string[] {
  return [median, min, max].map((value) => value.toFixed(1));
}

export function ratioTo(
  ones: readonly number[],
  others: readonly number[],
): string {
  const { median, min, max } = spreadOf(ratios(ones, others));
  return `${figure(median)} (${figure(min)} to ${figure(max)})`;
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
