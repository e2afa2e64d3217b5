/** Two CPUs that insert the same new source at once: it gets one row, and no packet is lost. */
import { assertEquals } from "@std/assert";
import { FAMILIES } from "../../src/basics/address.ts";
import { findCpus } from "../../src/bpf/cpus.ts";
import { Program } from "../lib/program.ts";
import { CPUS, IS_ALONE, runBoth } from "../lib/race.ts";

const list = (length: number) => Array.from({ length }, (_, at) => at);

for (const family of FAMILIES) {
  Deno.test({
    name:
      `two CPUs insert the same new sources at once, ${family}: each source has one id, and none is wasted`,
    ignore: IS_ALONE,
    async fn() {
      const sources = 20_000;
      // A CPU that lost a race may keep an unused id.
      using program = new Program({ maxSources: sources + 2 });
      const each = list(sources);
      await runBoth(program.object.programFd, family, [each, each]);
      const { total, untracked, sources: rows } = program.take();
      assertEquals(total[0], 2 * sources);
      assertEquals(untracked[0], 0);
      assertEquals(new Set(rows.map(({ key }) => key)).size, sources);
      assertEquals(rows.length, sources);
      assertEquals(rows.filter(({ packets }) => packets !== 2), []);
    },
  });
}

Deno.test({
  name:
    "a CPU that came online after the start: its packets are untracked, and the books balance",
  ignore: IS_ALONE,
  async fn() {
    const { possible } = findCpus();
    using program = new Program({ cpus: { present: CPUS[1], possible } });
    const each = list(10);
    await runBoth(program.object.programFd, "ipv4", [each, each]);
    const { total, untracked, sources } = program.take();
    assertEquals([total[0], untracked[0]], [20, 10]);
    assertEquals(sources.map(({ packets }) => packets), Array(10).fill(1));
  },
});
