/** bpf() calls that fail while a run counts: the run goes on, and no count is lost. */
import { assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { Namespace, sh, vethStage } from "../lib/stage.ts";
import { failingBpf } from "../lib/strace.ts";
import { flood, Senders } from "../lib/traffic.ts";
import { assertBalanced, Capture, run, sum } from "../lib/xdptally.ts";

// Loading and attaching take fewer calls than this.
const AFTER_ATTACHING = 200;
// A tick waits for running programs, and queries the link.
const CALLS_OF_TICK = 2;

/** How many calls the run has said to have failed. */
function failures({ stderr }: Capture): number {
  return stderr.match(/Cannot read the counts of "vb": /g)?.length ?? 0;
}

/** Sends SIGINT to the program below strace. */
function interrupt(capture: Capture): void {
  sh("pkill", "-INT", "-P", String(capture.pid));
}

for (const error of ["EINTR", "ENOMEM"]) {
  Deno.test(`every eleventh bpf() fails with ${error}: it is logged, counting goes on, no packet is lost`, async () => {
    using stage = new Namespace();
    stage.veth("va", "vb");
    await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
      in: stage.name,
      through: failingBpf(error, `${AFTER_ATTACHING}+11`),
    });
    await capture.attached();
    await capture.until(() => failures(capture) > 0);
    {
      await flood(stage, "va", 200_000, 30_000, "shuffle");
      await using _ = new Senders(stage, "va"); // frames that a failure could lose
      // 11 is not a multiple of a tick's calls, so each of them fails at some time.
      const enough = failures(capture) + CALLS_OF_TICK;
      await capture.until(() => failures(capture) >= enough);
    }
    const arrived = stage.settledRxPackets("vb");
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) >= arrived &&
      capture.ticks.some(({ skipped }) => skipped > 0)
    );
    interrupt(capture);
    const { record: end, code } = await capture.end();

    for (const record of [...capture.ticks, end]) assertBalanced(record);
    assertEquals([code, end.complete, end.total.packets], [0, true, arrived]);
    assertEquals(sum(capture.ticks, ({ total }) => total.packets), arrived);
    assertEquals(
      end.sources.length,
      new Set(
        capture.ticks.flatMap(({ sources }) => sources).map(({ ip }) => ip),
      ).size,
    );
  });
}

Deno.test("any single bpf() of a tick fails once, with any error: no packet is lost", async () => {
  const TICKS_BEFORE = 10;
  // Three for each call of a tick, wherever in a tick the first of them falls.
  const errors = ["EAGAIN", "ENOSPC", "EINTR", "EBUSY", "ENOMEM", "EFAULT"];
  await Promise.all(errors.map(async (error, at) => {
    using stage = new Namespace();
    stage.veth("va", "vb");
    const when = AFTER_ATTACHING + TICKS_BEFORE * CALLS_OF_TICK + at;
    await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
      in: stage.name,
      through: failingBpf(error, String(when)),
    });
    await capture.attached();
    {
      await flood(stage, "va", 20_000, 3000, "shuffle");
      await using _ = new Senders(stage, "va"); // frames that a failure could lose
      await capture.until(() => failures(capture) > 0);
    }
    const arrived = stage.settledRxPackets("vb");
    interrupt(capture);
    const { record: end, code, stderr } = await capture.end();
    for (const record of [...capture.ticks, end]) assertBalanced(record);
    assertEquals(
      [code, end.complete, end.total.packets],
      [0, true, arrived],
      stderr,
    );
    assertEquals(failures(capture), 1, stderr);
  }));
});

Deno.test("bpf() keeps failing: the run goes on until a signal, its end is incomplete: exit 8", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
    through: failingBpf("EIO", `${AFTER_ATTACHING}+`),
  });
  await capture.attached();
  await capture.until(() => capture.stderr.includes("Input/output error"));
  // Closing the link's descriptor detaches without bpf().
  interrupt(capture);
  const { record: end, code } = await capture.end();
  assertEquals([code, end.complete], [8, false]);
  assertEquals(stage.programs("vb"), []);
});

Deno.test("a disk that fails to read a capture: one line, exit 7, and nothing is changed", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const short = ["-q", "-c", "1", "-i", "100ms", "--user", "root"];
  for (const name of ["x.jsonl", "x.jsonl.gz", "x.prom"]) {
    const path = `${folder.path}/${name}`;
    const args = [...short, "-o", path, "vb"];
    assertEquals((await run(args, { in: stage.name })).code, 0);
    const before = Deno.readFileSync(path);
    const inject = "inject=read,pread64:error=EIO";
    const through = [
      ...["strace", "-f", "-qq", "-o", "/dev/null", "-P", path],
      ...["-e", "trace=read,pread64", "-e", inject],
    ];
    const { code, stderr } = await run(args, { in: stage.name, through });
    assertEquals([code, stderr], [
      7,
      `xdptally: Cannot write to "${path}": Input/output error; name another file\n`,
    ]);
    assertEquals(Deno.readFileSync(path), before);
    assertEquals(stage.programs("vb"), []);
  }
});
