/** Runs a program on two CPUs at once, source by source. */
import type { Family } from "../../src/basics/address.ts";
import {
  type Bytes,
  bytes,
  ethernet,
  ETHERTYPE,
  ipv4,
  ipv6,
} from "./frames.ts";
import type { Race } from "./racer.ts";
import { twoCpus } from "./traffic.ts";

/** Frames, and where the last two bytes of their source are. */
const FRAMES = {
  ipv4: {
    frame: bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.0")),
    sourceAt: 14 + 12 + 2,
  },
  ipv6: {
    frame: bytes(ethernet(ETHERTYPE.ipv6), ipv6([])),
    sourceAt: 14 + 8 + 14,
  },
};

/** A frame of a source, whose last two bytes are given. */
export function frameOf(family: Family, source: number): Bytes {
  const { frame, sourceAt } = FRAMES[family];
  const copy = frame.slice();
  new DataView(copy.buffer).setUint16(sourceAt, source);
  return copy;
}

function run(race: Race): Promise<void> {
  const worker = new Worker(new URL("./racer.ts", import.meta.url), {
    type: "module",
  });
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(race);
  }).finally(() => worker.terminate());
}

/** The two CPUs, the lower number first. */
export const CPUS = twoCpus();
/** Two threads on one CPU would spin for each other for ever. */
export const IS_ALONE = CPUS[0] === CPUS[1];

/**
 * Runs frames of `sources[0]` on one CPU and of `sources[1]` on the other: those at
 * the same place of the lists at the same moment.
 */
export async function runBoth(
  program: number,
  family: Family,
  sources: readonly [readonly number[], readonly number[]],
): Promise<void> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(
    CPUS.map((cpu, at) =>
      run({
        cpu,
        program,
        ...FRAMES[family],
        sources: sources[at as 0 | 1],
        progress,
      })
    ),
  );
}
