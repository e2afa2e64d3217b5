/**
 * A worker on a CPU of its own that runs a program on frames of one source
 * after the other, each at the same moment as the worker on the other CPU.
 */
/// <reference lib="deno.worker" />
import { checked } from "../../src/ffi/errno.ts";
import { TestRunner } from "./test_run.ts";

export interface Race {
  readonly cpu: number;
  readonly program: number;
  readonly frame: Uint8Array<ArrayBuffer>;
  /** The offset of the last two bytes of the source. */
  readonly sourceAt: number;
  readonly sources: readonly number[];
  /** How many runs both workers have done, together. */
  readonly progress: Int32Array;
}

const { symbols } = Deno.dlopen("libc.so.6", {
  sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // pid, cpusetsize, mask
});

self.onmessage = ({ data }: MessageEvent<Race>) => {
  const { cpu, program, frame, sourceAt, sources, progress } = data;
  const mask = BigUint64Array.of(1n << BigInt(cpu));
  checked(
    "sched_setaffinity",
    symbols.sched_setaffinity(0, 8n, new Uint8Array(mask.buffer)),
  );
  const runner = new TestRunner(program);
  runner.setFrame(frame);
  const view = new DataView(frame.buffer);
  for (const [step, source] of sources.entries()) {
    view.setUint16(sourceAt, source);
    Atomics.add(progress, 0, 1);
    while (Atomics.load(progress, 0) < 2 * (step + 1)); // spins: at once
    runner.run(frame.length);
  }
  self.postMessage("done");
};
