/**
 * xdptally with the bench's hand on its clock: a tick for each line on stdin,
 * made of the product's own parts as src/engine/loop.ts makes it. After each
 * it says on stderr how long it took from the switch of the generation to the
 * last byte written, how long of that it waited for running programs, both in
 * ns, and the bytes of heap that it used.
 * usage: tick_child.ts ARGUMENTS…, those of xdptally
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
  throw new Error("not what this program measures");
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
