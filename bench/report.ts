/**
 * Compares `xdptally report` with DuckDB and with jq and awk: the top sources of the
 * same month of captures. All must answer the same.
 */
import { DUCKDB, JQ, reportOn } from "../tests/lib/elsewhere.ts";
import { writeMonth } from "./lib/month.ts";
import { publish, tableLines } from "./lib/results.ts";
import { compete, type Score } from "./lib/rounds.ts";
import { Workspace } from "./lib/workspace.ts";

/** The goals: report's time as a multiple of the other's time, at most. */
const GOALS = { duckdb: 3, jq: 1 };

using workspace = new Workspace();
console.error("Writing a month of captures");
const { files, ticks, bytes } = await writeMonth(workspace.path);
console.error("Running report and DuckDB five times, jq three times");
const scores = await compete(
  [
    { name: "xdptally report", rounds: 5, ...reportOn(files) },
    { name: "DuckDB, in Deno", rounds: 5, ...DUCKDB },
    { name: "jq, awk and sort", rounds: 3, ...JQ },
  ],
  (command) => workspace.measure(command),
);
const [report, duckdb, jq] = scores as [Score, Score, Score];

/** The ratio of two contenders' median times. */
function timesOf(score: Score, other: Score): string {
  return (score.seconds.median / other.seconds.median).toFixed(2);
}

/** The line that says whether report meets a goal. */
function goal(other: Score, most: number): string {
  const times = report.seconds.median / other.seconds.median;
  return `goal: at most ${most} times ${other.name}: ${times.toFixed(2)}, ${
    times <= most ? "met" : "MISSED"
  }`;
}

publish("make bench-report", [
  `${ticks} ticks in ${files.length} files, ${
    (bytes / 1e6).toFixed(0)
  } MB: top 10 sources by packets, with bytes`,
  "",
  ...tableLines([
    ["", "rounds", "s", "min", "max", "CPU s", "peak MB", "/ DuckDB", "/ jq"],
    ...scores.map((score) => [
      score.name,
      String(score.rounds),
      ...[score.seconds.median, score.seconds.min, score.seconds.max]
        .map((value) => value.toFixed(2)),
      score.cpuSeconds.median.toFixed(2),
      (score.peak.median / 1e6).toFixed(0),
      timesOf(score, duckdb),
      timesOf(score, jq),
    ]),
  ]),
  "",
  goal(duckdb, GOALS.duckdb),
  goal(jq, GOALS.jq),
]);
