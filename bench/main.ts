/**
 * Measures xdptally beside its peers and beside floors (the least possible cost), all
 * in one run: only ratios are meaningful. Reports goals that are missed.
 * usage: main.ts [--quick] [--import-map=…] [FIGURE…], a figure being a number
 */
import { disposeStages } from "./lib/bench_stage.ts";
import { packetCost } from "./figures/packet.ts";
import { idle } from "./figures/idle.ts";
import { memory } from "./figures/memory.ts";
import { narrowingCost } from "./figures/narrow.ts";
import { size } from "./figures/size.ts";
import { start } from "./figures/start.ts";
import { tcpSpeed } from "./figures/tcp.ts";
import { tickCost } from "./figures/tick.ts";
import { throughput } from "./figures/throughput.ts";
import { type Effort, type Finding, goalLines } from "./lib/figure.ts";
import { onInterrupt } from "./lib/interrupt.ts";
import { publish } from "./lib/results.ts";

const FIGURES: readonly ((effort: Effort) => Promise<Finding>)[] = [
  packetCost,
  throughput,
  tickCost,
  memory,
  start,
  idle,
  size,
  narrowingCost,
  tcpSpeed,
];

const isQuick = Deno.args.includes("--quick");
const chosen = Deno.args.filter((arg) => /^\d$/.test(arg)).map(Number);
const effort: Effort = { isQuick, rounds: isQuick ? 3 : 5 };

onInterrupt(disposeStages);
for (const [at, figure] of FIGURES.entries()) {
  if (chosen.length > 0 && !chosen.includes(at + 1)) continue;
  console.error(`Figure ${at + 1} of ${FIGURES.length}`);
  const { title, lines, goals, picture } = await figure(effort);
  const all = [
    ...lines,
    ...(goals.length > 0 ? ["", ...goalLines(goals)] : []),
  ];
  if (isQuick) {
    console.log(`\n${title}\n\n${all.join("\n")}`);
    continue;
  }
  publish(`make bench, ${title}`, all);
  if (picture !== undefined) {
    Deno.writeTextFileSync(new URL(picture.file, import.meta.url), picture.svg);
  }
}
// Open workers and streams would keep the process alive.
Deno.exit(0);
