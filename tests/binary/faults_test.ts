/** bpf() calls that fail while a run counts: the run goes on, and no count is lost. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Namespace, sh } from "../lib/stage.ts";
import { flood } from "../lib/traffic.ts";
import { assertBalanced, Capture, sum } from "../lib/xdptally.ts";

/** strace that makes bpf() fail with `error`; `when` as in strace(1), -e inject. */
function failing(error: string, when: string): string[] {
  return [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=bpf",
    "-e",
    `inject=bpf:error=${error}:when=${when}`,
  ];
}

// Loading and attaching take fewer calls than this; a tick takes six.
const AFTER_ATTACHING = 200;

/** Sends SIGINT to the program below strace. */
function interrupt(capture: Capture): void {
  sh("pkill", "-INT", "-P", String(capture.pid));
}

for (const error of ["EINTR", "ENOMEM"]) {
  Deno.test(`every eleventh bpf() fails with ${error}: it is logged, counting goes on, no packet is lost`, async () => {
    using stage = new Namespace();
    stage.veth("va", "vb");
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
      through: failing(error, `${AFTER_ATTACHING}+11`),
    });
    await capture.attached();
    await flood(stage, "va", 200_000, 30_000, "shuffle");
    const arrived = stage.settledRxPackets("vb");
    // A busy machine skips deadlines too: only the message proves the failure.
    await capture.until(() => capture.stderr.includes("Cannot read"));
    const before = capture.ticks.length;
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) >= arrived &&
      capture.ticks.slice(before).some(({ skipped }) => skipped > 0) &&
      capture.ticks.length >= 40
    );
    interrupt(capture);
    const { record: end, code, stderr } = await capture.end();

    assertStringIncludes(stderr, 'Cannot read the counts of "vb": ');
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
  // Switch, wait, two reads of sources, one of totals, one query of the link.
  const CALLS = 6, TICKS_BEFORE = 10;
  const errors = ["EAGAIN", "ENOSPC", "EINTR", "EBUSY", "ENOMEM", "EFAULT"];
  await Promise.all(errors.map(async (error, at) => {
    using stage = new Namespace();
    stage.veth("va", "vb");
    const when = AFTER_ATTACHING + TICKS_BEFORE * CALLS + at;
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
      through: failing(error, String(when)),
    });
    await capture.attached();
    await flood(stage, "va", 20_000, 3000, "shuffle");
    const arrived = stage.settledRxPackets("vb");
    await capture.until(() => capture.stderr.includes("Cannot read"));
    interrupt(capture);
    const { record: end, code, stderr } = await capture.end();
    for (const record of [...capture.ticks, end]) assertBalanced(record);
    assertEquals(
      [code, end.complete, end.total.packets],
      [0, true, arrived],
      stderr,
    );
    assertEquals(stderr.match(/Cannot read/g)?.length, 1, stderr);
  }));
});

Deno.test("bpf() keeps failing: the run goes on until a signal, its end is incomplete: exit 8", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  await using capture = new Capture(["-i", "100ms", "vb"], {
    in: stage.name,
    through: failing("EIO", `${AFTER_ATTACHING}+`),
  });
  await capture.attached();
  await capture.until(() => capture.stderr.includes("Input/output error"));
  // Closing the link's descriptor detaches without bpf().
  interrupt(capture);
  const { record: end, code } = await capture.end();
  assertEquals([code, end.complete], [8, false]);
  assertEquals(stage.programs("vb"), []);
});
