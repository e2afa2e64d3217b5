/** Two CPUs that insert the same new source at once: it gets one row, and no packet is lost. */
import { assertEquals } from "@std/assert";
import { FAMILIES, type Family } from "../../src/basics/address.ts";
import { findCpus } from "../../src/bpf/cpus.ts";
import { bytes, ethernet, ETHERTYPE, ipv4, ipv6 } from "../lib/frames.ts";
import { Program } from "../lib/program.ts";
import type { Race } from "../lib/racer.ts";
import { twoCpus } from "../lib/traffic.ts";

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

function run(race: Race): Promise<void> {
  const worker = new Worker(new URL("../lib/racer.ts", import.meta.url), {
    type: "module",
  });
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(race);
  }).finally(() => worker.terminate());
}

const [one, other] = twoCpus();
/** Two threads on one CPU would spin for each other for ever. */
const isAlone = one === other;

/** Runs frames from `sources` sources on both CPUs at once. */
async function runBoth(
  program: Program,
  family: Family,
  sources: number,
): Promise<void> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const { programFd } = program.object;
  await Promise.all(
    [one, other].map((cpu) =>
      run({ cpu, program: programFd, ...FRAMES[family], sources, progress })
    ),
  );
}

for (const family of FAMILIES) {
  Deno.test({
    name:
      `two CPUs insert the same new sources at once, ${family}: each source has one id, and none is wasted`,
    ignore: isAlone,
    async fn() {
      const sources = 20_000;
      // A CPU that lost a race may keep an unused id.
      using program = new Program({ maxSources: sources + 2 });
      await runBoth(program, family, sources);
      const { total, untracked, sources: rows } = program.take();
      assertEquals(total[0], 2 * sources);
      assertEquals(untracked[0], 0);
      assertEquals(new Set(rows.map(({ source }) => source)).size, sources);
      assertEquals(rows.length, sources);
      assertEquals(rows.filter(({ packets }) => packets !== 2), []);
    },
  });
}

Deno.test({
  name:
    "a CPU that came online after the start: its packets are untracked, and the books balance",
  ignore: isAlone,
  async fn() {
    const { possible } = findCpus();
    using program = new Program({ cpus: { present: other, possible } });
    await runBoth(program, "ipv4", 10);
    const { total, untracked, sources } = program.take();
    assertEquals([total[0], untracked[0]], [20, 10]);
    assertEquals(sources.map(({ packets }) => packets), Array(10).fill(1));
  },
});
