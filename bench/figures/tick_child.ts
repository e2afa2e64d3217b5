/**
 * Runs xdptally with ticks on demand: one tick for each line on stdin, made of the
 * same parts as in src/engine/loop.ts. After each tick it prints to stderr: the ns
 * from the generation switch to the last byte written, the part of it spent waiting
 * for running BPF programs, and the growth of the heap in bytes.
 * usage: tick_child.ts ARGUMENTS… (xdptally's own)
 */
import { parseCommandLine } from "../../src/commands/watch/parse.ts";
import { Intake } from "../../src/engine/intake.ts";
import { requireInterfaces } from "../../src/engine/lookup.ts";
import { Setup } from "../../src/engine/setup.ts";
import { diagnosticsLog } from "../../src/process/log.ts";
import { receiveCounters } from "../../src/net/counters.ts";
import { RecordSink } from "../../src/sinks/record_sink.ts";
import { StopRequest } from "../../src/process/stop_request.ts";

const command = parseCommandLine(Deno.args);
if (command.name !== "watch" || command.options.format === "prom") {
  throw new Error("Cannot measure this: only watch, without --format prom");
}
const { options } = command;
const { format } = command.options;
const log = diagnosticsLog("quiet");
using stack = new DisposableStack();
using stop = new StopRequest();
const setup = new Setup(options, log);
const loaded = setup.load(requireInterfaces(options.interfaces), stack);
const sink = new RecordSink({ ...options, format }, stop, log);
const intake = new Intake(setup, sink, options, Deno.hostname(), stack);
const [watched] = intake.begin(setup.attach(loaded, stack));
await sink.flush(Infinity);
console.error("attached");

for await (const _ of Deno.stdin.readable) {
  const heap = Deno.memoryUsage().heapUsed;
  const received = receiveCounters();
  const start = performance.now();
  watched!.retire(0, received);
  watched!.waitForAll();
  const waited = performance.now();
  for (const record of watched!.read()) sink.tick(record);
  await sink.flush(Infinity);
  const end = performance.now();
  const grown = Deno.memoryUsage().heapUsed - heap;
  const ns = (ms: number) => Math.round(ms * 1e6);
  console.error(`ticked ${ns(end - start)} ${ns(waited - start)} ${grown}`);
}
