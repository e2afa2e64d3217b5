/** Where an XDP program holds the interface: what the built executable does here. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, ethernet, ETHERTYPE, ipv4 } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { Capture, run, sum } from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");

/** Another xdptally, which holds `vb`. */
async function hold(stage: Namespace): Promise<Capture> {
  const holder = new Capture(["-i", "100ms", "-m", "native", "vb"], {
    in: stage.name,
  });
  await holder.attached();
  return holder;
}

/** What happens where the kernel lets nobody ride on a program, as some virtual machines do. */
const NO_TRACING = /the kernel does not permit tracing programs here/;

Deno.test({
  name:
    "a held interface is observed, or counted at tc where that cannot be; the holder is named",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    await using holder = await hold(stage);
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
    });
    const start = await capture.attached();
    const { name, pid } = start.holder;
    assertEquals([name, pid], ["xdptally", holder.pid]);
    if (start.mode === "tc") assertMatch(start.modeReason, NO_TRACING);
    else assertEquals(start.mode, "observe");
    assertMatch(
      capture.stderr,
      new RegExp(`XDP program "xdptally" \\(id \\d+\\) of pid ${holder.pid}`),
    );

    const frames = Array.from(
      { length: 30 },
      (_, at) => bytes(ethernet(ETHERTYPE.ipv4), ipv4(`10.0.0.${at % 7}`)),
    );
    await send(stage, "va", frames);
    for (const one of [holder, capture]) {
      await one.until(() =>
        sum(one.ticks, ({ total }) => total.packets) >= frames.length
      );
    }
    const { record, code } = await capture.end("SIGINT");
    assertEquals(code, 0, capture.stderr);
    assertEquals(record.total.packets, frames.length);
    const { record: other } = await holder.end("SIGINT");
    assertEquals(record.total, other.total);
    assertEquals(record.sources, other.sources);
  },
});

Deno.test("--hook observe counts nothing without a holder, and says why it cannot be", async () => {
  using stage = vethStage();
  const args = ["--hook", "observe", "-c", "1", "-i", "100ms", "vb"];
  const free = await run(args, { in: stage.name });
  assertEquals([free.code, free.stdout], [4, ""]);
  assertMatch(free.stderr, /^xdptally: Cannot observe .*no XDP program is on/);

  await using _ = await hold(stage);
  const held = await run(args, { in: stage.name });
  if (held.code !== 0) {
    assertEquals([held.code, held.stdout], [3, ""]);
    assertMatch(held.stderr, NO_TRACING);
  }
  const strict = await run(["--hook", "xdp", "-c", "1", "vb"], {
    in: stage.name,
  });
  assertEquals(strict.code, 5, strict.stderr);
  assertMatch(strict.stderr, /holds it.*--hook observe or --hook tc/);
});

Deno.test("--by verdict is refused beside any other hook, and names the one that has verdicts", async () => {
  using stage = vethStage();
  for (
    const other of [
      ["--hook", "tc"],
      ["--hook", "xdp"],
      ["--mode", "generic"],
      ["--direction", "both"],
    ]
  ) {
    const { code, stdout, stderr } = await run(
      ["--by", "source,verdict", ...other, "vb"],
      { in: stage.name },
    );
    assertEquals([code, stdout], [2, ""], stderr);
    assert(stderr.includes("only --hook observe"), stderr);
  }
  const { code, stderr } = await run(["--by", "verdict", "vb"], {
    in: stage.name,
  });
  assertEquals(code, 4, stderr);
});

Deno.test("check says what an XDP program that is there means for a run", async () => {
  using stage = vethStage();
  await using holder = await hold(stage);
  const { code, stdout } = await run(["check", "vb"], { in: stage.name });
  assertEquals(code, 0, stdout);
  const [row = ""] = /^.*XDP program .*$/m.exec(stdout) ?? [];
  assert(row.includes(`"xdptally" (id`), row);
  assert(row.includes(`of pid ${holder.pid}`), row);
  if (/^ {2}ok {4}mode +tc/m.test(stdout)) assertMatch(row, NO_TRACING);
  else assertMatch(stdout, /^ {2}ok {4}mode +observe/m);
});
