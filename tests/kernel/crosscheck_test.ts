/** The comparison with the interface's own counter accuses nobody falsely. */
import { assert, assertEquals } from "@std/assert";
import { lacksKernel } from "../lib/kernel.ts";
import { Wire } from "../lib/wire.ts";
import { Capture } from "../lib/xdptally.ts";

Deno.test({
  name:
    "own counter: TCP makes no warning, where it counts merged packets as one and where it does not",
  ignore: lacksKernel(6, 6, "tcx links"),
  fn: async () => {
    using wire = new Wire();
    const { sender, receiver } = wire;
    sender.run("ethtool", "-K", "va", "tso", "on");
    for (
      const line of [
        "link add br0 type bridge",
        "link set vb master br0",
        "addr flush dev vb",
        "addr add 10.77.0.2/24 dev br0",
        "link set br0 up",
      ]
    ) receiver.ip(...line.split(" "));
    await using stack = new AsyncDisposableStack();
    const places = [
      [receiver, "--direction", "both", "vb"],
      [receiver, "--direction", "both", "br0"],
      [sender, "--direction", "both", "va"],
      [sender, "--mode", "generic", "va"],
    ] as const;
    const runs = [];
    for (const [stage, ...args] of places) {
      const run = stack.use(new Capture(args, { in: stage.name }));
      await run.attached(args[0] === "--direction" ? 2 : 1);
      runs.push(run);
    }
    // Two seconds of the busiest tick may differ: it has to last longer.
    await wire.tcp("10.77.0.2", "-n", "48M", "-b", "80M");

    const merged = [];
    for (const run of runs) {
      const { code, stderr } = await run.end("SIGINT");
      assertEquals([code, stderr.includes("by its own counter")], [0, false]);
      for (const { type, ...end } of run.records) {
        if (type !== "end") continue;
        const own = end.direction === "in" ? end.rxCounter : end.txCounter;
        const rest = end.total.packets - own.packets;
        if (rest > end.total.packets / 2) merged.push(end.interface);
      }
    }
    // Else nothing was merged, and the test says nothing.
    assert(merged.includes("vb") && merged.includes("br0"), merged.join());
  },
});
