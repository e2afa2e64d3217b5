/** Figure 6: the CPU time of ticks with few sources. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage } from "../lib/bench_stage.ts";
import { Child } from "../lib/child.ts";
import { Feeder } from "../lib/feeder.ts";
import type { Effort, Finding } from "../lib/figure.ts";
import { exampleCommand, takesFragments } from "../lib/objects.ts";
import { syscallsOf, workOf } from "../lib/process.ts";
import { tableLines } from "../lib/results.ts";
import { ratios, significant, spreadCells, spreadOf } from "../lib/spread.ts";

const SOURCES = 100;
const TABLE = 65536;
const INTERVAL = 0.1; // seconds: the shortest that xdptally accepts

/** A running contender, and its measurements per tick. */
interface RunningContender {
  readonly name: string;
  readonly child: Child;
  readonly cpuSeconds: number[];
  readonly contextSwitches: number[];
}

export async function idle({ isQuick, rounds }: Effort): Promise<Finding> {
  using stage = new BenchStage(2);
  await using stack = new AsyncDisposableStack();
  const launch = async (
    name: string,
    command: readonly string[],
    ready: RegExp,
  ): Promise<RunningContender> => {
    const child = stack.use(new Child(stage.inside(...command), "stderr"));
    await child.readUntil(ready);
    return { name, child, cpuSeconds: [], contextSwitches: [] };
  };
  const ours = await launch(
    "xdptally",
    [
      ...[BINARY, "--mode", "native", "--interval", String(INTERVAL)],
      ...["--max-sources", String(TABLE), "a0"],
    ],
    /detach/,
  );
  const example = await launch(
    "example",
    exampleCommand("a1", TABLE, "-interval", `${INTERVAL}s`),
    /^attached/,
  );
  const contenders = [ours, example];
  const feeders = [
    Feeder.forInterface(stage, "a0", takesFragments()),
    Feeder.forInterface(stage, "a1", false),
  ];
  for (const feeder of feeders) stack.use(feeder);
  const feedAll = () => feeders.forEach((feeder) => feeder.feedEach(SOURCES));
  const feeding = setInterval(feedAll, INTERVAL * 1000);
  stack.defer(() => clearInterval(feeding));
  const seconds = isQuick ? 3 : 10;
  const ticks = seconds / INTERVAL;

  // Both run at the same time, so that other load on the machine affects both.
  for (let round = 0; round <= rounds; round++) {
    const before = contenders.map(({ child }) => workOf(child.pid));
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    for (const [at, { child, ...contender }] of contenders.entries()) {
      if (round === 0) continue; // warm-up
      const after = workOf(child.pid);
      const { cpuSeconds, contextSwitches } = before[at]!;
      contender.cpuSeconds.push((after.cpuSeconds - cpuSeconds) / ticks * 1000);
      contender.contextSwitches.push(
        (after.contextSwitches - contextSwitches) / ticks,
      );
    }
  }
  const rows = [];
  for (const { name, child, cpuSeconds, contextSwitches } of contenders) {
    const calls = await syscallsOf(child.pid, 3);
    rows.push([
      name,
      ...spreadCells(cpuSeconds),
      significant(spreadOf(ratios(cpuSeconds, example.cpuSeconds)).median),
      significant(spreadOf(contextSwitches).median),
      significant(calls / 3 * INTERVAL),
    ]);
  }
  return {
    title: "figure 6: idle",
    lines: [
      `${SOURCES} sources per tick, a tick every ${INTERVAL} s, text to /dev/null, both programs at the same time; tables of ${TABLE} sources.`,
      "",
      ...tableLines([
        [
          ...["", "CPU s/1000 ticks", "min", "max", "/ example"],
          ...["switches/tick", "syscalls/tick"],
        ],
        ...rows,
      ]),
    ],
    goals: [],
  };
}
