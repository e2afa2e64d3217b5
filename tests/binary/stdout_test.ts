/** stdout that is full, closed, slow or not read: no run hangs or stays attached. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { flood } from "../lib/traffic.ts";
import { BINARY, readUntil, run, startCapture } from "../lib/xdptally.ts";

Deno.test("stdout is full: exit 7, and nothing stays attached", async () => {
  using stage = vethStage();
  const through = ["sh", "-c", 'exec "$0" "$@" > /dev/full'];
  const { code, stderr } = await run(["-q", "-c", "2", "-i", "100ms", "vb"], {
    in: stage.name,
    through,
  });
  assertEquals(code, 7);
  assertMatch(
    stderr,
    /^xdptally: Cannot write to stdout: No space left on device; free disk space, or write elsewhere\n$/,
  );
  assertEquals(stage.programs("vb"), []);
});

Deno.test("the reader closes stdout: exit 0, and nothing stays attached", async () => {
  using stage = vethStage();
  const through = ["bash", "-c", 'set -o pipefail; "$0" "$@" | head -n 1'];
  const { code, stdout, stderr } = await run(["-q", "-i", "100ms", "vb"], {
    in: stage.name,
    through,
  });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^vb .*tick 1/);
  assertEquals(stage.programs("vb"), []);
});

for (const way of ["SIGTERM", "--duration"] as const) {
  Deno.test(`a reader that pauses does not keep ${way} from ending the run: exit 7`, async () => {
    using stage = vethStage();
    const duration = way === "SIGTERM" ? [] : ["-d", "2s"];
    const child = new Deno.Command("ip", {
      args: [
        "netns",
        "exec",
        stage.name,
        BINARY,
        "-j",
        "-i",
        "100ms",
        ...duration,
        "vb",
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = child.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    let said = await readUntil(stderr, "Ctrl-C");
    // The pipe holds 64 KiB; a tick of 20,000 sources is far more.
    await flood(stage, "va", 20_000, 20_000, "sequence");
    if (way === "SIGTERM") child.kill(way);
    for (let part; !(part = await stderr.read()).done;) said += part.value;
    const { code } = await child.status;
    assertEquals(code, 7, said);
    assertStringIncludes(
      said,
      "Cannot write to stdout: the reader did not read for 2 s after the end",
    );
    assertEquals(stage.programs("vb"), []);
    await child.stdout.cancel();
  });
}

Deno.test("a slow reader that keeps reading gets everything up to the end", async () => {
  using stage = vethStage();
  const child = new Deno.Command("ip", {
    args: [
      ...["netns", "exec", stage.name, BINARY, "-j", "-i", "1h", "vb"],
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(stderr, "Ctrl-C");
  await flood(stage, "va", 40_000, 40_000, "sequence");
  child.kill("SIGTERM");
  let last = "";
  // Reading 4 MB takes longer than the two seconds that a reader may pause.
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    last = (last + part).slice(-100_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  assertEquals((await child.status).code, 0);
  assert(last.endsWith("}\n"));
  await stderr.cancel();
});

Deno.test("stdout is not open for writing: exit 7 at once", async () => {
  using stage = vethStage();
  const through = ["sh", "-c", 'exec "$0" "$@" 1< /dev/null'];
  const { code, stderr } = await run(["-c", "1", "vb"], {
    in: stage.name,
    through,
  });
  assertEquals(code, 7);
  assertMatch(
    stderr,
    /^xdptally: Cannot write to stdout: it is not open for writing[^\n]*\n$/,
  );
});

Deno.test("a report is whole for a reader that pauses first", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/x.jsonl`;
  const args = ["-i", "100ms", "--user", "root", "-o", file, "vb"];
  await using capture = await startCapture(args, stage);
  await flood(stage, "va", 5000, 5000, "sequence");
  assertEquals((await capture.end("SIGTERM")).code, 0);
  const report = `"$0" report --top 0 --format csv "$1"`;
  const lines = (reader: string) =>
    sh("bash", "-c", `${report} | (${reader}; wc -l)`, BINARY, file).trim();
  assertEquals(lines("true"), "5001");
  assertEquals(lines("sleep 1"), "5001");
});
