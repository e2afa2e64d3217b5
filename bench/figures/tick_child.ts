/**
 * Runs xdptally with ticks on demand: one tick for each line on stdin, made of the
 * same parts as in src/engine/ticks.ts. After each tick it prints to stderr: the ns
 * from the generation switch to the last byte written, the part of it spent waiting
 * for running BPF programs, and the growth of the heap in bytes.
 * usage: tick_child.ts ARGUMENTS… (xdptally's own)
 */
import { parseArguments } from "../../src/cli/arguments.ts";
import { WATCH_DOCS } from "../../src/commands/watch/docs.ts";
import { sessionOptions } from "../../src/commands/watch/watch.ts";
import { Attacher } from "../../src/engine/attacher.ts";
import { InterfaceRun } from "../../src/engine/interface_run.ts";
import { requireInterfaces } from "../../src/engine/interface_lookup.ts";
import { Loader } from "../../src/engine/loader.ts";
import { ownCounters } from "../../src/net/counters.ts";
import { diagnosticsLog } from "../../src/process/log.ts";
import { StopRequest } from "../../src/process/stop_request.ts";
import { createSinks, planSinks } from "../../src/sinks/all.ts";

const { values, operands } = parseArguments(Deno.args, WATCH_DOCS.options);
const plans = planSinks(values);
const { interfaces, counting, rows, timing } = sessionOptions(
  values,
  operands,
  plans,
  false,
);
const log = diagnosticsLog("quiet");
const host = Deno.hostname();
using stack = new DisposableStack();
using stop = new StopRequest();
const loader = new Loader(counting, log, false);
const loaded = loader.load(requireInterfaces(interfaces), stack);
const [attached] = new Attacher(loader, log)
  .attach(loaded, stack);
const run = new InterfaceRun(attached!, { host, run: "bench" }, {
  ...rows,
  ...counting,
});
const { maxSources } = counting;
const sink = createSinks(plans, {
  ...{ log, stop, host, interfaces, maxSources, keying: counting.keying },
  user: undefined,
});
sink.write(run.start({ interval: timing.interval / 1000, filter: undefined }));
await sink.flush(Infinity);
console.error("attached");

for await (const _ of Deno.stdin.readable) {
  const heap = Deno.memoryUsage().heapUsed;
  const counters = ownCounters();
  const start = performance.now();
  run.retire(0, counters);
  run.waitForAll();
  const waited = performance.now();
  for (const record of run.read()) sink.write(record);
  await sink.flush(Infinity);
  const end = performance.now();
  const grown = Deno.memoryUsage().heapUsed - heap;
  const ns = (ms: number) => Math.round(ms * 1e6);
  console.error(`ticked ${ns(end - start)} ${ns(waited - start)} ${grown}`);
}
