/** Figure 5: from exec to attached. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage, type Effort, type Finding } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { figure } from "../lib/goals.ts";
import { built } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { spreadOf } from "../lib/spread.ts";
import { takeTurns } from "../lib/turns.ts";

const TABLE = 65536;
/** Of what the example needs for its load and attach. */
const TIMES_EXAMPLE = 1.3;

export async function start({ isQuick }: Effort): Promise<Finding> {
  using stage = new BenchStage();
  const example = [
    ...[built("example"), "-size", String(TABLE)],
    ...[built("example.bpf.o"), "a0"],
  ];
  /** What the example says that its load and attach took, in ms. */
  const loads: number[] = [];
  const times = await takeTurns(isQuick ? 7 : 25, {
    "empty compiled program": () => until(stage, [built("empty")]),
    "xdptally --version": () => until(stage, [BINARY, "--version"]),
    "xdptally --max-sources 64": () =>
      attached(stage, [BINARY, "--json", "--max-sources", "64", "a0"]),
    "xdptally": () => attached(stage, [BINARY, "--json", "a0"]),
    "example": () =>
      attached(stage, example, (load) => loads.push(Number(load) / 1e6)),
  });
  const goal = times["empty compiled program"]!.map((empty, round) =>
    empty + TIMES_EXAMPLE * loads[round]!
  );
  times["example, its load and attach"] = loads;
  const over = times["xdptally"]!.map((time, round) => time / goal[round]!);
  return {
    title: "figure 5: start",
    lines: [
      `ms from exec to attached, or to the end of what does not attach; tables of ${TABLE} unless said otherwise.`,
      "",
      ...tableLines([
        ["", "ms", "min", "max"],
        ...Object.entries(times).map(([name, values]) => {
          const { median, min, max } = spreadOf(values);
          return [name, ...[median, min, max].map(figure)];
        }),
      ]),
    ],
    goals: [{
      what:
        `xdptally, times (the empty program + ${TIMES_EXAMPLE} x the example's load and attach)`,
      found: spreadOf(over).median,
      most: 1,
    }],
  };
}

/** Until the program ends, in ms. */
async function until(
  stage: BenchStage,
  command: readonly string[],
): Promise<number> {
  const start = performance.now();
  await using child = new Child(stage.inside(...command), "stdout");
  await child.rest();
  return performance.now() - start;
}

/** Until the program says that it has attached, in ms. */
async function attached(
  stage: BenchStage,
  command: readonly string[],
  tell: (load: string) => void = () => {},
): Promise<number> {
  const start = performance.now();
  await using child = new Child(
    stage.inside("sh", "-c", 'exec "$@" 2>&1', "sh", ...command),
    "stdout",
  );
  const [, load] = await child.hear(/^attached (\d+)|"type":"start"/);
  const time = performance.now() - start;
  tell(load ?? "");
  await child.end();
  return time;
}
