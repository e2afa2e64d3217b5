/** Figure 3: the time of a tick, from the generation switch to the last byte written. */
import { BenchStage } from "../lib/bench_stage.ts";
import { Drain } from "../lib/drain.ts";
import type { Effort, Finding, Goal } from "../lib/figure.ts";
import { takesFragments } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { ratios, significant, spreadCells, spreadOf } from "../lib/spread.ts";
import { curves } from "../lib/svg.ts";
import { Ticker } from "../lib/ticker.ts";
import { takeTurns } from "../lib/turns.ts";

const SOURCES = [1000, 10_000, 100_000, 1_000_000];
const DEFAULT_TABLE = 65536;
/** Rows to write before measuring, because the first ticks are slower; bounds in ticks. */
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

/** By contender: ms of each round. */
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
      "ms from the generation switch to the last byte written (to /dev/null), with one packet from each source; the table has room for 65536",
      "sources, or the next power of two. The first ticks (warm-up) are left out. wait: the part spent waiting for BPF programs that were running",
      "at the switch; the floor and the example do not wait. less wait: the ratio without it. The floor reads and empties per-CPU hashes.",
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
            ...spreadCells(values, milliseconds),
            name in waits ? milliseconds(spreadOf(waits[name]!).median) : "",
            (spreadOf(values).median * 1000 / sources).toFixed(2),
            significant(spreadOf(ratios(values, times[FLOOR]!)).median),
            name in waits
              ? significant(
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
        "ms per tick, switch to last byte",
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

/** Measures all contenders at one number of sources. */
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
  // Twice the size: its LRU hash evicts before it is full.
  const example = stack.use(
    await Ticker.example(stage, `a${VARIANTS.length}`, 2 * table),
  );
  contenders[EXAMPLE] = async () => (await example.tick(sources)).time;

  await takeTurns(warmUpFor(sources), contenders);
  for (const name of Object.keys(waits)) waits[name]!.length = 0;
  return { times: await takeTurns(rounds, contenders), waits };
}

/** A table of the same tick before and after many other sources were counted. */
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
    ...spreadCells(times, milliseconds),
  ];
  return tableLines([
    [`${few} sources in a tick, table of ${table}`, "ms", "min", "max"],
    row("no others seen yet", before.ours!),
    row(`${many} others seen before`, after.ours!),
    row("C floor", after.floor!),
  ]);
}

function milliseconds(value: number): string {
  return value.toFixed(2);
}
