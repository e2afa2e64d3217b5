/** Figure 5: the time from exec until the program is attached. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage } from "../lib/bench_stage.ts";
import { Child } from "../lib/child.ts";
import type { Effort, Finding } from "../lib/figure.ts";
import { built, exampleCommand } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { spreadCells, spreadOf } from "../lib/spread.ts";
import { takeTurns } from "../lib/turns.ts";

const TABLE = 65536;
/** Weight of the example's load and attach time in the goal. */
const TIMES_EXAMPLE = 1.3;

export async function start({ isQuick }: Effort): Promise<Finding> {
  using stage = new BenchStage();
  const example = exampleCommand("a0", TABLE);
  /** The example's own measurements of its load and attach, in ms. */
  const loads: number[] = [];
  const times = await takeTurns(isQuick ? 7 : 25, {
    "empty compiled program": () => timeToExit(stage, [built("empty")]),
    "xdptally --version": () => timeToExit(stage, [BINARY, "--version"]),
    "xdptally --max-sources 64": () =>
      timeToAttach(stage, [
        BINARY,
        "--json",
        "--mode",
        "native",
        "--max-sources",
        "64",
        "a0",
      ]),
    "xdptally": () =>
      timeToAttach(stage, [BINARY, "--json", "--mode", "native", "a0"]),
    "example": () =>
      timeToAttach(stage, example, (load) => loads.push(Number(load) / 1e6)),
  });
  const goal = times["empty compiled program"]!.map((empty, round) =>
    empty + TIMES_EXAMPLE * loads[round]!
  );
  times["example, its load and attach"] = loads;
  const over = times["xdptally"]!.map((time, round) => time / goal[round]!);
  return {
    title: "figure 5: start",
    lines: [
      `ms from exec until attached, or until the exit of programs that do not attach; tables of ${TABLE} sources unless stated otherwise.`,
      "",
      ...tableLines([
        ["", "ms", "min", "max"],
        ...Object.entries(times).map((
          [name, values],
        ) => [name, ...spreadCells(values)]),
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

/** Runs a program to its exit. @returns ms */
async function timeToExit(
  stage: BenchStage,
  command: readonly string[],
): Promise<number> {
  const start = performance.now();
  await using child = new Child(stage.inside(...command), "stdout");
  await child.readToEnd();
  return performance.now() - start;
}

/**
 * Runs a program until it reports that it has attached, then ends it.
 *
 * @param onAttached takes the time that the example reports, in ns
 * @returns ms
 */
async function timeToAttach(
  stage: BenchStage,
  command: readonly string[],
  onAttached: (load: string) => void = () => {},
): Promise<number> {
  const start = performance.now();
  await using child = new Child(stage.inside(...command), "both");
  const [, load] = await child.readUntil(/^attached (\d+)|"type":"start"/);
  const time = performance.now() - start;
  onAttached(load ?? "");
  await child.interrupt();
  return time;
}
