/** Programs that see frames before the one of tc are named: at the start, in between and at the end. */
import { assertEquals } from "@std/assert";
import { ethernetFrame } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { Keepers, send } from "../lib/traffic.ts";
import { Capture, run } from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");
const OBJECT = new URL("../../dist/tests/flood.bpf.o", import.meta.url)
  .pathname.replaceAll("%20", " ");

function watch(stage: Namespace, ...args: string[]): Capture {
  return new Capture(["--hook", "tc", ...args, "vb"], { in: stage.name });
}

/** The warnings about other programs, without what precedes them. */
function warnings({ stderr }: { readonly stderr: string }): string[] {
  return Array.from(stderr.matchAll(/On "vb", (.*)\n/g), ([, said]) => said!)
    .sort();
}

/** Puts programs before those that are there, for both directions. */
function putBefore(
  stage: Namespace,
  place: "first" | "last" = "first",
): { keepers: Keepers; id: number } {
  const before = stage.tcxPrograms("vb");
  const keepers = new Keepers(stage, "vb", place);
  for (;;) {
    const now = stage.tcxPrograms("vb");
    const id = now.find((one) => !before.includes(one));
    if (id !== undefined) return { keepers, id };
  }
}

const DIRECTIONS = ["incoming", "outgoing"];
const said = (what: string) =>
  DIRECTIONS.map((which) => `${what}: it may hide ${which} frames`);

/** Without the processes, which only root can name once it counts. */
const nameless = (capture: { stderr: string }) =>
  warnings(capture).map((line) => line.replace(/ of pid \d+/, "")).sort();

for (const user of ["nobody", "root"]) {
  Deno.test({
    name:
      `tcx programs that are put before xdptally during a run are named once, with their places, --user ${user}`,
    ignore: TCX,
    fn: async () => {
      using stage = vethStage();
      const args = ["-i", "100ms", "--direction", "both", "--user", user];
      await using capture = watch(stage, ...args);
      await capture.attached(2);
      const status = Deno.readTextFileSync(`/proc/${capture.pid}/status`);
      assertEquals(/^CapEff:\s*0+$/m.test(status), user === "nobody");
      await using stack = new AsyncDisposableStack();
      const behind = putBefore(stage, "last");
      stack.use(behind.keepers);
      const seen = async (expected: readonly string[]) => {
        await capture.until(() => warnings(capture).length >= expected.length);
        assertEquals(nameless(capture), expected.toSorted());
      };
      const one = putBefore(stage);
      stack.use(one.keepers);
      const first = said(
        `tcx program "keep" (id ${one.id}) is number 1, before xdptally (number 2)`,
      );
      await seen(first);
      const other = putBefore(stage);
      stack.use(other.keepers);
      const second = [other, one].flatMap(({ id }, at) =>
        said(
          `tcx program "keep" (id ${id}) is number ${
            at + 1
          }, before xdptally (number 3)`,
        )
      );
      await seen([...first, ...second]);
      assertEquals((stage.tcxPrograms("vb")).at(-1), behind.id);

      await stack.disposeAsync();
      assertEquals((stage.tcxPrograms("vb")).length, 1);
      const { length } = capture.ticks;
      await capture.until(() => capture.ticks.length > length + 2);
      const { code, record, stderr } = await capture.end("SIGINT");
      assertEquals([code, record.complete], [0, true]);
      assertEquals(nameless({ stderr }), [...first, ...second].sort());
    },
  });
}

Deno.test({
  name:
    "a tcx program that is before xdptally at the end is named, in each direction",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    await using capture = watch(stage, "-i", "1h", "--direction", "both");
    await capture.attached(2);
    const { keepers, id } = putBefore(stage);
    await using _ = keepers;
    await send(stage, "va", [ethernetFrame("10.0.0.1")]);
    await send(stage, "vb", [ethernetFrame("10.0.0.2")]);
    assertEquals(warnings(capture), []);
    const { stderr } = await capture.end("SIGINT");
    assertEquals(
      warnings({ stderr }),
      said(
        `tcx program "keep" (id ${id}) is number 1, before xdptally (number 2)`,
      ),
    );
    const ends = capture.records.filter(({ type }) => type === "end");
    assertEquals(ends.map(({ total }) => total.packets), [0, 0]);
  },
});

for (const mode of ["xdpdrv", "xdpgeneric"]) {
  Deno.test({
    name:
      `an XDP program (${mode}) is named before the first tick of tc, for incoming frames only`,
    ignore: TCX,
    fn: async () => {
      using stage = vethStage();
      const load = ["object", OBJECT, "program", "pass"];
      stage.ip("link", "set", "dev", "vb", mode, ...load);
      const [id] = stage.programs("vb");
      const warning =
        `XDP program "pass" (id ${id}) is before xdptally: it may hide incoming frames`;
      for (
        const [direction, expected] of [["in", [warning]], [
          "out",
          [],
        ]] satisfies [string, string[]][]
      ) {
        await using capture = watch(
          stage,
          "-i",
          "1h",
          "--direction",
          direction,
        );
        await capture.attached();
        assertEquals(capture.ticks, []);
        await capture.until(() => warnings(capture).length >= expected.length);
        const { code, stderr } = await capture.end("SIGINT");
        assertEquals([code, warnings({ stderr })], [0, expected]);
      }
    },
  });
}

Deno.test({
  name: "another xdptally at XDP is named with its process",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    await using other = new Capture(["--hook", "xdp", "--user", "root", "vb"], {
      in: stage.name,
    });
    await other.attached();
    const { stderr } = await run(
      ["--hook", "tc", "-c", "1", "-i", "100ms", "vb"],
      {
        in: stage.name,
      },
    );
    const [id] = stage.programs("vb");
    assertEquals(warnings({ stderr }), [
      `XDP program "xdptally" (id ${id}) of pid ${other.pid} is before xdptally: it may hide incoming frames`,
    ]);
  },
});
