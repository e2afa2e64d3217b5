/** A worker thread of `Pair`: feeds frames to a program on one CPU. */
/// <reference lib="deno.worker" />
import { checked } from "../../src/ffi/errno.ts";
import { feed } from "../lib/feeder.ts";
import { IPV4 } from "../lib/frames.ts";
import type { Order } from "./packet_pair.ts";

const { symbols } = Deno.dlopen("libc.so.6", {
  sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // pid, cpusetsize, mask
});

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const { cpu, program, frames, ready } = data;
  const mask = BigUint64Array.of(1n << BigInt(cpu));
  checked(
    "sched_setaffinity",
    symbols.sched_setaffinity(0, 8n, new Uint8Array(mask.buffer)),
  );
  Atomics.add(ready, 0, 1);
  while (Atomics.load(ready, 0) < 2); // spins, so that both begin at the same time
  self.postMessage(feed(program, IPV4, frames));
};
self.postMessage(0); // ready for orders
