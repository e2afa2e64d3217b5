import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { vethStage } from "../lib/stage.ts";
import { flood, send } from "../lib/traffic.ts";
import { BINARY, Capture, readUntil, run } from "../lib/xdptally.ts";

Deno.test("-h, -V and -D", async () => {
  const help = await run(["-h"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "Usage: xdptally");
  const version = await run(["-V"]);
  assertEquals([version.code, version.stderr], [0, ""]);
  const [first, commit, deno, libbpf, ...rest] = version.stdout.split("\n");
  assertEquals(first, `xdptally ${config.version}`);
  assertMatch(commit!, /^commit ([0-9a-f]{12,40}(-dirty)?|unknown)$/);
  assertEquals(deno, `Deno ${Deno.version.deno}`);
  assertMatch(libbpf!, /^(embedded )?libbpf\.so\.[01]( \d+\.\d+)?$/);
  assertEquals(rest, [`Linux ${Deno.osRelease()} ${Deno.build.arch}`, ""]);
  using stage = vethStage();
  const list = await run(["-D"], { in: stage.name });
  assertEquals([list.code, list.stderr], [0, ""]);
  assertMatch(list.stdout, /^ +\d+ {2}vb +up, mtu 1500, veth$/m);
});

Deno.test("the text log: what is attached on stderr, the example's rows on stdout", async () => {
  using stage = vethStage();
  const { code, stdout, stderr } = await run(["-c", "2", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `Attached XDP program to iface "vb" (index ${
      stage.index("vb")
    }, native mode)`,
  );
  assertStringIncludes(
    stderr,
    "Stops and detaches after 2 ticks; Ctrl-C does it earlier",
  );
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 3);
  assertMatch(
    lines[0]!,
    /^vb \S+ tick 1: 0 packets = 0 from 0 sources \+ 0 untracked \+ 0 non-IP \+ 0 malformed$/,
  );
});

Deno.test("-q drops the notices", async () => {
  using stage = vethStage();
  const { code, stderr } = await run(["-q", "-c", "1", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("csv: a header, then ticks whose rows sum to their total", async () => {
  using stage = vethStage();
  const { code, stdout } = await run([
    "--format",
    "csv",
    "-c",
    "2",
    "-i",
    "100ms",
    "vb",
  ], { in: stage.name });
  assertEquals(code, 0);
  const rows = stdout.trimEnd().split("\r\n");
  assertEquals(rows[0], "start,end,host,interface,class,source,packets,bytes");
  assertEquals(rows.filter((row) => row.includes(",total,,")).length, 2);
});

Deno.test("copied elsewhere, with an empty environment, in a folder that cannot be written", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const binary = `${folder.path}/a copy`;
  Deno.copyFileSync(BINARY, binary);
  const readOnly =
    'mkdir "$0/ro" && mount -t tmpfs -o ro none "$0/ro" && cd "$0/ro" && exec env -i "$@"';
  await using capture = new Capture(["-i", "100ms", "vb"], {
    in: stage.name,
    through: ["unshare", "--mount", "sh", "-c", readOnly, folder.path],
    binary,
  });
  await capture.attached();
  await send(stage, "va", [FRAMES[0]!.frame], 9);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 9]);
});

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
    /^xdptally: Cannot write to stdout: No space left on device; make room, or send it elsewhere\n$/,
  );
  assertEquals(stage.programs("vb"), []);
});

Deno.test("the reader of stdout leaves: exit 0, and nothing stays attached", async () => {
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
    assertStringIncludes(said, "Cannot write to stdout: it takes nothing more");
    assertEquals(stage.programs("vb"), []);
    await child.stdout.cancel();
  });
}

Deno.test("a reader that is slow, but reads, gets the end however long that takes", async () => {
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
  // 4 MB, in longer than the two seconds that a reader may pause.
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
