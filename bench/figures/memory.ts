/** Figure 4: memory, and what a tick leaves behind. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage, type Effort, type Finding } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { Feeder } from "../lib/feeder.ts";
import { IPV4 } from "../lib/frames.ts";
import { figure, type Goal } from "../lib/goals.ts";
import { built, programById } from "../lib/objects.ts";
import { type Memory, memoryOf } from "../lib/process.ts";
import { tableLines } from "../lib/results.ts";
import { spreadOf } from "../lib/spread.ts";
import { Ticker } from "../lib/ticker.ts";
import { kernelAtLeast } from "../../tests/lib/kernel.ts";

const SOURCES = [0, 1000, 100_000, 1_000_000];
/** Ticks after the one with all sources: what it takes for a while is over. */
const SETTLE = 20;
const FURTHER = { sources: 1000, ticks: 1000 };
const MOST_A_SOURCE = 64;

export async function memory({ isQuick, rounds }: Effort): Promise<Finding> {
  const empty = await emptyMemory();
  const rows: string[][] = [[
    "empty program",
    "",
    megabytes(empty.own),
    "",
    "",
    megabytes(empty.resident),
  ]];
  const goals: Goal[] = [];
  for (const sources of SOURCES) {
    if (isQuick && sources > 100_000) continue;
    const found: Memory[] = [];
    for (let round = 0; round < (isQuick ? 1 : rounds); round++) {
      await using run = await Run.start(sources);
      found.push(await run.memoryAfter(sources));
    }
    const { median, min, max } = spreadOf(found.map(({ own }) => own));
    rows.push([
      "xdptally",
      String(sources),
      ...[median, min, max].map(megabytes),
      megabytes(spreadOf(found.map(({ resident }) => resident)).median),
    ]);
    if (sources === 1_000_000) {
      goals.push({
        what: `${sources} sources: bytes a source over the empty program`,
        found: (median - empty.own) / sources,
        most: MOST_A_SOURCE,
      });
    }
  }
  const ticks = isQuick ? 100 : FURTHER.ticks;
  const [growth, later] = await growthOver(ticks);
  goals.push({
    what: `MB more after ${ticks} further ticks`,
    found: growth! / 1e6,
    most: 0,
  }, {
    what: `MB more after ${ticks} ticks after these`,
    found: later! / 1e6,
    most: 0,
  });
  return {
    title: "figure 4: memory",
    lines: [
      `MB of its own after a tick with so many sources and ${SETTLE} with none, in a table with room for them; resident MB with the`,
      "executable's pages, and the maps, which the kernel has and the process shares.",
      "",
      ...tableLines([
        ["", "sources", "own", "min", "max", "resident"],
        ...rows,
      ]),
      "",
      ...await allocations(),
    ],
    goals,
  };
}

/** The product, with ticks that follow fast. */
class Run implements AsyncDisposable {
  readonly #stage: BenchStage;
  readonly #child: Child;
  readonly #feeder: Feeder;

  private constructor(stage: BenchStage, child: Child, feeder: Feeder) {
    this.#stage = stage;
    this.#child = child;
    this.#feeder = feeder;
  }

  static async start(sources: number): Promise<Run> {
    const stage = new BenchStage();
    const table = 2 ** Math.ceil(Math.log2(Math.max(sources, 65536)));
    const options = ["--json", "--top", "20", "--interval", "0.1"];
    const child = new Child(
      stage.inside(BINARY, ...options, "--max-sources", String(table), "a0"),
      "stdout",
    );
    await child.hear(/"type":"start"/);
    const program = programById(stage.programs("a0")[0]!);
    return new Run(
      stage,
      child,
      new Feeder(program, IPV4, kernelAtLeast(5, 18)),
    );
  }

  /** Once so many sources were seen, and after a while. */
  async memoryAfter(sources: number): Promise<Memory> {
    if (sources > 0) this.#feeder.feedEach(sources);
    // However a tick fell: these follow the one that has the last of them.
    for (let tick = 0; tick < SETTLE; tick++) await this.#tick();
    return memoryOf(this.#child.pid);
  }

  /** Lets so many ticks pass, each with some sources. */
  async pass(ticks: number, sources: number): Promise<void> {
    for (let tick = 0; tick < ticks; tick++) {
      this.#feeder.feedEach(sources);
      await this.#tick();
    }
  }

  async #tick(): Promise<void> {
    await this.#child.hear(/"type":"tick"/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#feeder[Symbol.dispose]();
    this.#stage[Symbol.dispose]();
  }
}

async function emptyMemory(): Promise<Memory> {
  await using child = new Child([built("empty"), "wait"], "stdout");
  await child.hear(/^ready$/);
  return memoryOf(child.pid);
}

/** Bytes that a run has more after so many ticks, and again after as many. */
async function growthOver(ticks: number): Promise<number[]> {
  const { sources } = FURTHER;
  await using run = await Run.start(sources);
  await run.pass(SETTLE, sources);
  const found = [(await run.memoryAfter(sources)).own];
  for (let time = 0; time < 2; time++) {
    await run.pass(ticks, sources);
    found.push((await run.memoryAfter(sources)).own);
  }
  return found.slice(1).map((bytes, at) => bytes - found[at]!);
}

/** What one tick allocates in the heap of JavaScript. */
async function allocations(): Promise<string[]> {
  using stage = new BenchStage();
  await using ticker = await Ticker.xdptally(
    stage,
    "a0",
    ["--json", "--top", "20"],
    kernelAtLeast(5, 18),
  );
  const rows = [];
  for (const sources of [0, 100, 1000, 10_000]) {
    const grown: number[] = [];
    for (let tick = 0; tick < 40; tick++) {
      const { heap } = await ticker.tick(sources);
      if (heap > 0) grown.push(heap); // else garbage was collected meanwhile
    }
    const { median } = spreadOf(grown);
    rows.push([
      "heap that a tick uses",
      String(sources),
      (median / 1000).toFixed(1),
      sources === 0 ? "" : figure(median / sources),
    ]);
  }
  return tableLines([["", "sources", "kB", "bytes/source"], ...rows]);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
