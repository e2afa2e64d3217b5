/** Figure 6: what it takes to tick with next to nothing to say. */
import { kernelAtLeast } from "../../tests/lib/kernel.ts";
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage, type Effort, type Finding } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { Feeder } from "../lib/feeder.ts";
import { IPV4 } from "../lib/frames.ts";
import { figure } from "../lib/goals.ts";
import { built, programById } from "../lib/objects.ts";
import { syscallsOf, workOf } from "../lib/process.ts";
import { tableLines } from "../lib/results.ts";
import { spreadOf } from "../lib/spread.ts";
import { ratios } from "../lib/turns.ts";

const SOURCES = 100;
const TABLE = "65536";
const INTERVAL = 0.1; // seconds: the shortest that xdptally takes

/** A contender that ticks by itself. */
interface Ticking {
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
  ): Promise<Ticking> => {
    const child = stack.use(new Child(stage.inside(...command), "stderr"));
    await child.hear(ready);
    return { name, child, cpuSeconds: [], contextSwitches: [] };
  };
  const ours = await launch(
    "xdptally",
    [BINARY, "--interval", String(INTERVAL), "--max-sources", TABLE, "a0"],
    /detach/,
  );
  const example = await launch(
    "example",
    [
      ...[built("example"), "-interval", `${INTERVAL}s`, "-size", TABLE],
      ...[built("example.bpf.o"), "a1"],
    ],
    /^attached/,
  );
  const contenders = [ours, example];
  const feeders = [
    feederOf(stage, "a0", kernelAtLeast(5, 18)),
    feederOf(stage, "a1", false),
  ];
  for (const feeder of feeders) stack.use(feeder);
  const feedAll = () => feeders.forEach((feeder) => feeder.feedEach(SOURCES));
  const feeding = setInterval(feedAll, INTERVAL * 1000);
  stack.defer(() => clearInterval(feeding));
  const seconds = isQuick ? 3 : 10;
  const ticks = seconds / INTERVAL;

  // They run at once, so that what the machine does besides falls on both.
  for (let round = 0; round <= rounds; round++) {
    const before = contenders.map(({ child }) => workOf(child.pid));
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    for (const [at, { child, ...contender }] of contenders.entries()) {
      if (round === 0) continue; // the first one is not warm
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
    const { median, min, max } = spreadOf(cpuSeconds);
    const calls = await syscallsOf(child.pid, 3);
    rows.push([
      name,
      ...[median, min, max].map(figure),
      figure(spreadOf(ratios(cpuSeconds, example.cpuSeconds)).median),
      figure(spreadOf(contextSwitches).median),
      figure(calls / 3 * INTERVAL),
    ]);
  }
  return {
    title: "figure 6: idle",
    lines: [
      `${SOURCES} sources a tick, a tick every ${INTERVAL} s, text to /dev/null, both at once; tables of ${TABLE}.`,
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

function feederOf(
  stage: BenchStage,
  interfaceName: string,
  hasFragments: boolean,
): Feeder {
  const program = programById(stage.programs(interfaceName)[0]!);
  return new Feeder(program, IPV4, hasFragments);
}
