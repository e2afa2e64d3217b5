/** When a run starts, waits, ticks and ends: --align, --splay, --wait, --exit-over, signals. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { Namespace, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { become, Capture, type JsonRecord, run, sum } from "../lib/xdptally.ts";

Deno.test("--align: ticks end on the wall clock's multiples of the interval", async () => {
  using stage = vethStage();
  const { stdout } = await run([
    "-q",
    "-j",
    "--align",
    "-i",
    "500ms",
    "-c",
    "4",
    "vb",
  ], { in: stage.name });
  const ticks = stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "tick");
  assertEquals(ticks.length, 4);
  // A busy machine delays a tick; delays do not add up, and no tick is early.
  for (const { end } of ticks) assert(new Date(end).getTime() % 500 < 400, end);
});

Deno.test("--splay: a signal during the wait ends it, with nothing attached", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-v", "--splay", "1d", "vb"], {
    in: stage.name,
  });
  // The runtime catches SIGTERM as well, so only the program can tell.
  await capture.until(() => capture.stderr.includes("Attaching in "));
  const { code } = await capture.end("SIGTERM");
  assertEquals([code, capture.records.length], [0, 0]);
  assertEquals(stage.programs("vb"), []);
});

Deno.test("a second run names the pid of the first; with --wait it waits for the first to end", async () => {
  using stage = vethStage();
  await using first = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await first.attached();
  const refused = await run(["--hook", "xdp", "-c", "1", "vb"], {
    in: stage.name,
  });
  assertEquals(refused.code, 5);
  assertMatch(
    refused.stderr,
    new RegExp(
      `of pid ${first.pid}, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, holds it`,
    ),
  );

  const impatient = await run([
    "-q",
    "--hook",
    "xdp",
    "-c",
    "1",
    "--wait",
    "300ms",
    "vb",
  ], {
    in: stage.name,
  });
  assertEquals(impatient.code, 5);

  await using second = new Capture([
    "--hook",
    "xdp",
    "-c",
    "1",
    "-i",
    "100ms",
    "--wait",
    "1m",
    "vb",
  ], { in: stage.name });
  await second.until(() => second.stderr.includes("Waiting up to 60 s: "));
  await first.end("SIGINT");
  const { code, record } = await second.end();
  assertEquals([code, record.reason], [0, "count"]);
});

Deno.test("after --wait the file is the one of the start, also where only root may make it", async () => {
  using stage = vethStage();
  using folder = new Folder();
  await using first = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await first.attached();
  await using second = new Capture(
    ["--hook", "xdp", "-c", "1", "-i", "100ms", "--wait", "60s", "-o"]
      .concat(`${folder.path}/%s.jsonl`, "vb"),
    { in: stage.name },
    [],
  );
  await second.until(() => second.stderr.includes("Waiting up to 60 s: "));
  const prepared = Math.floor(Date.now() / 1000);
  await become(() => Date.now() / 1000 >= prepared + 1);
  await first.end("SIGINT");
  assertEquals((await second.end()).code, 0);
  const files = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  const records = files.flatMap((name) =>
    Deno.readTextFileSync(`${folder.path}/${name}`).trim().split("\n")
      .filter(Boolean).map((line) => ({ name, ...JSON.parse(line) }))
  );
  const [{ name, start }] = records.filter(({ type }) => type === "start");
  assertEquals(name, `${Math.floor(Date.parse(start) / 1000)}.jsonl`);
  assert(Date.parse(start) / 1000 >= prepared + 1);
});

Deno.test("--wait-interface: the interface appears, goes and appears again", async () => {
  using stage = new Namespace();
  await using capture = new Capture(["--wait-interface", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await capture.until(() => capture.stderr.includes("Ctrl-C"));
  for (let round = 1; round <= 2; round++) {
    stage.veth("va", "vb");
    await capture.until((records) =>
      records.filter(({ type }) => type === "start").length === round
    );
    await send(stage, "va", [FRAMES[0]!.frame], round);
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) >=
        round * (round + 1) / 2
    );
    if (round === 1) stage.ip("link", "del", "dev", "vb");
  }
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
  const ends = capture.records.filter(({ type }) => type === "end");
  assertEquals(ends.map(({ reason, total }) => [reason, total.packets]), [[
    "interface-gone",
    1,
  ], ["signal", 2]]);
  assert(ends[0].run !== ends[1].run);
});

Deno.test("--wait-interface: an interface waited for by an alternative name is attached once, and again when it is back", async () => {
  using stage = new Namespace();
  await using capture = new Capture(
    ["--wait-interface", "--hook", "tc", "-i", "100ms", "other"],
    { in: stage.name },
  );
  await capture.until(() => capture.stderr.includes("Ctrl-C"));
  const starts = (records: JsonRecord[]) =>
    records.filter(({ type }) => type === "start");
  for (let round = 1; round <= 2; round++) {
    stage.veth("va", "vb");
    stage.ip("link", "property", "add", "dev", "vb", "altname", "other");
    await capture.until((records) => starts(records).length >= round);
    // Longer than it takes to look for an interface again.
    const before = capture.ticks.length;
    await capture.until(() => capture.ticks.length >= before + 6);
    assertEquals(
      starts(capture.records).map(({ interface: name }) => name),
      Array(round).fill("vb"),
    );
    if (round === 1) stage.ip("link", "del", "dev", "vb");
  }
  assertEquals((await capture.end("SIGINT")).code, 0);
});

Deno.test("--wait-interface: the interface never appears: exit 4 when the duration is over", async () => {
  using stage = new Namespace();
  const { code, stdout, stderr } = await run([
    "-q",
    "--wait-interface",
    "-d",
    "300ms",
    "vb",
  ], { in: stage.name });
  assertEquals([code, stdout], [4, ""]);
  assertStringIncludes(
    stderr,
    'Cannot watch "vb": the interface is not there',
  );
});

Deno.test("--exit-over: the few packets of a window that a signal cuts short are no rate", async () => {
  using stage = vethStage();
  await using capture = new Capture(
    ["-i", "1m", "--exit-over", "50pps", "vb"],
    { in: stage.name },
  );
  await capture.attached();
  await send(stage, "va", [FRAMES[0]!.frame], 200);
  stage.settledRxPackets("vb");
  const { code, record, stderr } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 200], stderr);
});

for (const [limit, frames] of [["100pps", 1000], ["10kB", 1000]] as const) {
  Deno.test(`--exit-over ${limit}: the run ends, exit 9, and the source is named`, async () => {
    using stage = vethStage();
    await using capture = new Capture([
      "-q",
      "-i",
      "100ms",
      "--exit-over",
      limit,
      "vb",
    ], { in: stage.name });
    await capture.attached();
    await send(stage, "va", [FRAMES[0]!.frame], frames);
    const { code, record, stderr } = await capture.end();
    assertEquals([code, record.reason, record.complete], [
      9,
      "threshold",
      true,
    ]);
    assertMatch(
      stderr,
      new RegExp(
        `^xdptally: 10.0.0.1 exceeds ${limit} on "vb": \\d+ (packets a second|bytes)\n`,
      ),
    );
  });
}

Deno.test("--exit-over: no source exceeds the limit: exit 0", async () => {
  using stage = vethStage();
  const { code } = await run([
    "-q",
    "-j",
    "-i",
    "100ms",
    "-c",
    "2",
    "--exit-over",
    "1pps",
    "vb",
  ], { in: stage.name });
  assertEquals(code, 0);
});

Deno.test("SIGUSR1 logs a summary at once and does not disturb the run", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-q", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await capture.attached();
  await send(stage, "va", [FRAMES[0]!.frame], 5);
  await capture.until(() =>
    sum(capture.ticks, ({ total }) => total.packets) === 5
  );
  capture.kill("SIGUSR1");
  await capture.until(() => capture.stderr.includes("10.0.0.1 => 5"));
  assertMatch(
    capture.stderr,
    /^xdptally: vb \S+Z so far, after \d+ ticks? in /m,
  );
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.reason, record.total.packets], [0, "signal", 5]);
});

Deno.test("stopped for 5 s: one record with the true elapsed time and the number of skipped deadlines", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-i", "1s", "vb"], { in: stage.name });
  await capture.attached();
  capture.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  capture.kill("SIGCONT");
  await capture.until(() => capture.ticks.length > 0);
  const [tick] = capture.ticks;
  assert(tick.elapsed >= 5 && tick.skipped >= 4, JSON.stringify(tick));
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
});
