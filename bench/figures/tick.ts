/** Figure 3: what a tick costs, from the switch of the generation to the last byte. */
import { BenchStage, type Effort, type Finding } from "../lib/bench.ts";
import { Drain } from "../lib/drain.ts";
import { figure, type Goal } from "../lib/goals.ts";
import { takesFragments } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { type Spread, spreadOf } from "../lib/spread.ts";
import { curves } from "../lib/svg.ts";
import { Ticker } from "../lib/ticker.ts";
import { ratios, takeTurns } from "../lib/turns.ts";

const SOURCES = [1000, 10_000, 100_000, 1_000_000];
const DEFAULT_TABLE = 65536;
/** What the first ticks cost is not what a tick costs: so many rows are passed. */
const WARM_UP = { rows: 200_000, least: 3, most: 50 };
const MOST = { top: 1.5, all: 3 };
const FASTER_THAN_EXAMPLE = { times: 5, at: 100_000 };

const VARIANTS = [
  { name: "top 20, text", args: ["--top", "20"], most: MOST.top },
  { name: "top 20, jsonl", args: ["--top", "20", "--json"], most: MOST.top },
  { name: "all, text", args: ["--top", "0"], most: MOST.all },
  { name: "all, jsonl", args: ["--top", "0", "--json"], most: MOST.all },
] as const;
const FLOOR = "C floor", EXAMPLE = "example";

/** ms, round by round, by contender. */
type Times = Record<string, number[]>;

export async function tickCost(effort: Effort): Promise<Finding> {
  const points: { sources: number; times: Times; waits: Times }[] = [];
  for (const sources of SOURCES) {
    if (effort.isQuick && sources > 100_000) continue;
    points.push({ sources, ...await measure(sources, effort.rounds) });
  }
  const later = await afterMany(effort);
  const goals = points.flatMap(({ sources, times }): Goal[] => [
    ...VARIANTS.map(({ name, most }) => ({
      what: `${sources} sources, ${name}: times the C floor`,
      found: spreadOf(ratios(times[name]!, times[FLOOR]!)).median,
      most,
    })),
    ...VARIANTS.filter(() => sources === FASTER_THAN_EXAMPLE.at).map((
      { name },
    ) => ({
      what: `${sources} sources, ${name}: times faster than the example`,
      found: spreadOf(ratios(times[EXAMPLE]!, times[name]!)).median,
      least: FASTER_THAN_EXAMPLE.times,
    })),
  ]);
  return {
    title: "figure 3: what a tick costs",
    lines: [
      "ms from the switch of the generation to the last byte written (to /dev/null), one packet from each source; the table has room for 65536",
      "sources, or the next power of two. Warm: the first ticks are left out. wait: of that, for the programs that run when the generation is",
      "switched; the floor and the example do not wait; less wait: the ratio without it. The floor reads and empties per-CPU hashes.",
      "",
      ...tableLines([
        [
          "",
          "sources",
          "ms",
          "min",
          "max",
          "wait",
          "us/source",
          "/ C floor",
          "less wait",
        ],
        ...points.flatMap(({ sources, times, waits }) =>
          Object.entries(times).map(([name, values]) => [
            name,
            String(sources),
            ...spreadCells(spreadOf(values)),
            name in waits ? spreadOf(waits[name]!).median.toFixed(2) : "",
            (spreadOf(values).median * 1000 / sources).toFixed(2),
            figure(spreadOf(ratios(values, times[FLOOR]!)).median),
            name in waits
              ? figure(
                spreadOf(ratios(
                  values.map((time, round) => time - waits[name]![round]!),
                  times[FLOOR]!,
                )).median,
              )
              : "",
          ])
        ),
      ]),
      "",
      ...later,
    ],
    goals,
    picture: {
      file: "figure3.svg",
      svg: curves(
        "ms a tick, switch to last byte",
        "sources in the tick",
        Object.fromEntries(
          Object.keys(points[0]!.times).map((name) => [
            name,
            points.map(({ sources, times }) =>
              [sources, spreadOf(times[name]!).median] as const
            ),
          ]),
        ),
      ),
    },
  };
}

function warmUpFor(sources: number): number {
  const ticks = Math.ceil(WARM_UP.rows / sources);
  return Math.min(WARM_UP.most, Math.max(WARM_UP.least, ticks));
}

function tableFor(sources: number): number {
  return Math.max(DEFAULT_TABLE, 2 ** Math.ceil(Math.log2(sources)));
}

/** All contenders at one number of sources. */
async function measure(
  sources: number,
  rounds: number,
): Promise<{ times: Times; waits: Times }> {
  const table = tableFor(sources);
  using stage = new BenchStage(VARIANTS.length + 1);
  await using floor = new Drain(table);
  await using stack = new AsyncDisposableStack();
  const waits: Times = {};
  const contenders: Record<string, () => Promise<number>> = {};
  for (const [at, { name, args }] of VARIANTS.entries()) {
    const ticker = stack.use(
      await Ticker.xdptally(
        stage,
        `a${at}`,
        ["--max-sources", String(table), ...args],
        takesFragments(),
      ),
    );
    const waited: number[] = waits[name] = [];
    contenders[name] = async () => {
      const { time, wait } = await ticker.tick(sources);
      waited.push(wait);
      return time;
    };
  }
  contenders[FLOOR] = () => floor.tick(sources);
  // Its map evicts before it is full.
  const example = stack.use(
    await Ticker.example(stage, `a${VARIANTS.length}`, 2 * table),
  );
  contenders[EXAMPLE] = async () => (await example.tick(sources)).time;

  await takeTurns(warmUpFor(sources), contenders);
  for (const name of Object.keys(waits)) waits[name]!.length = 0;
  return { times: await takeTurns(rounds, contenders), waits };
}

/** The same tick before and after many other sources were seen. */
async function afterMany({ isQuick, rounds }: Effort): Promise<string[]> {
  const few = 1000, many = isQuick ? 100_000 : 1_000_000;
  const table = tableFor(many);
  using stage = new BenchStage();
  await using floor = new Drain(table);
  await using ticker = await Ticker.xdptally(
    stage,
    "a0",
    ["--max-sources", String(table), "--json", "--top", "20"],
    takesFragments(),
  );
  const measure = async () => {
    for (let tick = 0; tick < warmUpFor(few); tick++) await ticker.tick(few);
    const contenders = {
      ours: async () => (await ticker.tick(few)).time,
      floor: () => floor.tick(few),
    };
    return await takeTurns(rounds, contenders);
  };
  const before = await measure();
  await ticker.tick(many);
  const after = await measure();
  const row = (name: string, times: number[]) => [
    name,
    ...spreadCells(spreadOf(times)),
  ];
  return tableLines([
    [`${few} sources in a tick, table of ${table}`, "ms", "min", "max"],
    row("no others seen yet", before.ours!),
    row(`${many} others seen before`, after.ours!),
    row("C floor", after.floor!),
  ]);
}

function spreadCells({ median, min, max }: Spread): string[] {
  return [median, min, max].map((value) => value.toFixed(2));
}
