/** Figure 4: memory by number of sources, and whether it grows with the ticks. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage } from "../lib/bench_stage.ts";
import { Child } from "../lib/child.ts";
import { Feeder } from "../lib/feeder.ts";
import type { Effort, Finding, Goal } from "../lib/figure.ts";
import { built, takesFragments } from "../lib/objects.ts";
import { type Memory, memoryOf } from "../lib/process.ts";
import { tableLines } from "../lib/results.ts";
import { significant, spreadCells, spreadOf } from "../lib/spread.ts";
import { Ticker } from "../lib/ticker.ts";

const SOURCES = [0, 1000, 100_000, 1_000_000];
/** Ticks to wait after the one with all sources, so that temporary memory is freed. */
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
      await using run = await FastRun.start(sources);
      found.push(await run.memoryAfter(sources));
    }
    const own = found.map(({ own }) => own);
    rows.push([
      "xdptally",
      String(sources),
      ...spreadCells(own, megabytes),
      megabytes(spreadOf(found.map(({ resident }) => resident)).median),
    ]);
    if (sources === 1_000_000) {
      goals.push({
        what: `${sources} sources: bytes a source over the empty program`,
        found: (spreadOf(own).median - empty.own) / sources,
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
      `own: anonymous memory in MB, after a tick with this many sources and ${SETTLE} ticks with none, in a table with room for them.`,
      "resident: the same with the pages of the executable and of the BPF maps, which the kernel and the process share.",
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

/** A run of xdptally with the shortest interval, on a stage. */
class FastRun implements AsyncDisposable {
  readonly #stage: BenchStage;
  readonly #child: Child;
  readonly #feeder: Feeder;

  private constructor(stage: BenchStage, child: Child, feeder: Feeder) {
    this.#stage = stage;
    this.#child = child;
    this.#feeder = feeder;
  }

  static async start(sources: number): Promise<FastRun> {
    const stage = new BenchStage();
    const table = 2 ** Math.ceil(Math.log2(Math.max(sources, 65536)));
    const options = ["--json", "--top", "20", "--interval", "0.1"];
    const child = new Child(
      stage.inside(
        BINARY,
        "--mode",
        "native",
        ...options,
        "--max-sources",
        String(table),
        "a0",
      ),
      "stdout",
    );
    await child.readUntil(/"type":"start"/);
    const feeder = Feeder.forInterface(stage, "a0", takesFragments());
    return new FastRun(stage, child, feeder);
  }

  /** Memory after a tick with this many sources and `SETTLE` further ticks. */
  async memoryAfter(sources: number): Promise<Memory> {
    if (sources > 0) this.#feeder.feedEach(sources);
    // The sources may be in two ticks; all of these but the first follow both.
    for (let tick = 0; tick < SETTLE; tick++) await this.#tick();
    return memoryOf(this.#child.pid);
  }

  /** Waits for this many ticks, each with this many sources. */
  async pass(ticks: number, sources: number): Promise<void> {
    for (let tick = 0; tick < ticks; tick++) {
      this.#feeder.feedEach(sources);
      await this.#tick();
    }
  }

  async #tick(): Promise<void> {
    await this.#child.readUntil(/"type":"tick"/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#feeder[Symbol.dispose]();
    this.#stage[Symbol.dispose]();
  }
}

async function emptyMemory(): Promise<Memory> {
  await using child = new Child([built("empty"), "wait"], "stdout");
  await child.readUntil(/^ready$/);
  return memoryOf(child.pid);
}

/** By how many bytes memory grows in this many ticks, and again in as many. */
async function growthOver(ticks: number): Promise<number[]> {
  const { sources } = FURTHER;
  await using run = await FastRun.start(sources);
  await run.pass(SETTLE, sources);
  const found = [(await run.memoryAfter(sources)).own];
  for (let time = 0; time < 2; time++) {
    await run.pass(ticks, sources);
    found.push((await run.memoryAfter(sources)).own);
  }
  return found.slice(1).map((bytes, at) => bytes - found[at]!);
}

/** A table of what one tick allocates on the JavaScript heap. */
async function allocations(): Promise<string[]> {
  using stage = new BenchStage();
  await using ticker = await Ticker.xdptally(
    stage,
    "a0",
    ["--json", "--top", "20"],
    takesFragments(),
  );
  const rows = [];
  for (const sources of [0, 100, 1000, 10_000]) {
    const grown: number[] = [];
    for (let tick = 0; tick < 40; tick++) {
      const { heap } = await ticker.tick(sources);
      if (heap > 0) grown.push(heap); // otherwise garbage was collected
    }
    const { median } = spreadOf(grown);
    rows.push([
      "heap that a tick uses",
      String(sources),
      (median / 1000).toFixed(1),
      sources === 0 ? "" : significant(median / sources),
    ]);
  }
  return tableLines([["", "sources", "kB", "bytes/source"], ...rows]);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
