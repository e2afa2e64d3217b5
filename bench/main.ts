/**
 * xdptally beside its peers and the floors that none of them gets below, all in
 * one run. Only ratios mean anything. A goal that is missed is said to be.
 * usage: main.ts [--quick] [--import-map=…] [FIGURE…]
 */
import {
  cleanUpWhenInterrupted,
  type Effort,
  type Finding,
} from "./lib/bench.ts";
import { packetCost } from "./figures/packet.ts";
import { idle } from "./figures/idle.ts";
import { memory } from "./figures/memory.ts";
import { narrowingCost } from "./figures/narrow.ts";
import { size } from "./figures/size.ts";
import { start } from "./figures/start.ts";
import { tickCost } from "./figures/tick.ts";
import { throughput } from "./figures/throughput.ts";
import { goalLines } from "./lib/goals.ts";
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
];

const isQuick = Deno.args.includes("--quick");
const chosen = Deno.args.filter((arg) => /^\d$/.test(arg)).map(Number);
const effort: Effort = { isQuick, rounds: isQuick ? 3 : 5 };

cleanUpWhenInterrupted();
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
// Workers and streams that are still open hold nothing that counts.
Deno.exit(0);
