import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { gunzipSync } from "node:zlib";
import { FRAMES } from "../lib/frames.ts";
import { Folder } from "../lib/folder.ts";
import { Namespace, sh, vethStage } from "../lib/stage.ts";
import { flood, send } from "../lib/traffic.ts";
import {
  assertBalanced,
  become,
  BINARY,
  Capture,
  type JsonRecord,
  readUntil,
  run,
  startCapture,
  sum,
} from "../lib/xdptally.ts";

function linesOf(path: string): string[] {
  const bytes = Deno.readFileSync(path);
  const text = new TextDecoder().decode(
    path.endsWith(".gz") ? gunzipSync(bytes) : bytes,
  );
  return text.split("\n").filter((line) => line !== "");
}

function recordsOf(path: string): JsonRecord[] {
  return linesOf(path).map((line) => JSON.parse(line));
}

for (const ending of [".jsonl", ".jsonl.gz"]) {
  Deno.test(`-o FILE${ending}: runs are appended, stdout stays empty`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/new folder/capture${ending}`;
    for (let round = 1; round <= 2; round++) {
      const output = await run([
        "-q",
        "-c",
        "2",
        "-i",
        "100ms",
        "-o",
        file,
        "vb",
      ], { in: stage.name });
      assertEquals(output, { code: 0, stdout: "", stderr: "" });
      assertEquals(
        recordsOf(file).map(({ type }) => type),
        Array(round).fill(["start", "tick", "tick", "end"]).flat(),
      );
    }
    if (ending.endsWith(".gz")) sh("gzip", "--test", file);
  });
}

Deno.test("-o FOLDER/: a file a day for each host and interface", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const before = new Date();
  const { code } = await run([
    "-q",
    "-c",
    "1",
    "-i",
    "100ms",
    "-o",
    `${folder.path}/logs/`,
    "va",
    "vb",
  ], { in: stage.name });
  assertEquals(code, 0);
  const day = (date: Date) =>
    date.toISOString().slice(0, 10).replaceAll("-", "");
  const names = [...Deno.readDirSync(`${folder.path}/logs`)].map(({ name }) =>
    name
  ).sort();
  if (day(before) !== day(new Date())) return; // midnight passed
  assertEquals(
    names,
    ["va", "vb"].map((name) =>
      `${Deno.hostname()}-${name}-${day(before)}.jsonl`
    ),
  );
});

Deno.test("-o FILE.csv: the header goes only into an empty file", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.csv`;
  for (let round = 0; round < 2; round++) {
    await run(["-q", "-c", "2", "-i", "100ms", "-o", file, "vb"], {
      in: stage.name,
    });
  }
  const lines = linesOf(file);
  assertEquals(lines.filter((line) => line.startsWith("start,")).length, 1);
  assertEquals(lines.filter((line) => line.includes(",total,,")).length, 4);
});

for (const ending of [".jsonl", ".jsonl.gz"]) {
  Deno.test(`what a killed run left torn in a ${ending} is moved away, never glued to`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/c${ending}`;
    const capture = ["-q", "-c", "2", "-i", "100ms", "-o", file, "vb"];
    await run(capture, { in: stage.name });
    const whole = Deno.readFileSync(file);
    const torn = whole.slice(0, 40); // any record begins the same way
    Deno.writeFileSync(file, torn, { append: true });
    await run(capture, { in: stage.name });
    assertEquals(recordsOf(file).length, 8);
    assertEquals(Deno.readFileSync(`${file}.torn`).toHex(), torn.toHex());
  });

  Deno.test(`kill -9 at 25 random moments: every line of a ${ending} parses but perhaps the last`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/c${ending}`;
    for (let round = 0; round < 25; round++) {
      await using capture = await startCapture([
        "-i",
        "100ms",
        "-o",
        file,
        "vb",
      ], stage);
      const flooding = flood(stage, "va", 20_000, 20_000, "sequence");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      capture.kill("SIGKILL");
      await capture.end();
      await flooding;
      if (ending === ".jsonl") {
        const lines = Deno.readTextFileSync(file).split("\n");
        lines.pop(); // torn, or empty
        for (const line of lines) JSON.parse(line);
      }
    }
    // The next run mends the file; then every line parses.
    await run(["-q", "-c", "1", "-i", "100ms", "-o", file, "vb"], {
      in: stage.name,
    });
    const records = recordsOf(file);
    for (const record of records) {
      if (record.type === "tick") assertBalanced(record);
    }
    assertEquals(
      records.filter(({ type }) => type === "start").length >= 20,
      true,
    );
    assertEquals(records.at(-1).type, "end");
  });
}

Deno.test("a disk that fills: whole lines only, exit 7 and how much is lost", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const small =
    `mkdir "$0/small" && mount -t tmpfs -o size=64k none "$0/small" && cd "$0/small" && "$@"; code=$?; cp -r . ../kept; exit $code`;
  await using capture = await startCapture(
    ["-i", "100ms", "-d", "2s", "-o", "c.jsonl", "vb"],
    stage,
    {
      through: ["unshare", "--mount", "sh", "-c", small, folder.path],
    },
  );
  await flood(stage, "va", 5000, 5000, "sequence");
  const { code, stderr } = await capture.end();
  assertEquals(code, 7, stderr);
  assertMatch(
    stderr,
    /Cannot write to "c.jsonl": [^\n]*; counting goes on, and records wait for room/,
  );
  assertMatch(
    stderr,
    /Cannot write to "c.jsonl": [^\n]*; its last \d+ records are lost/,
  );
  const records = recordsOf(`${folder.path}/kept/c.jsonl`);
  assert(records.length > 0);
});

Deno.test("a disk that fills and is emptied again: nothing is lost, exit 0", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("mount", "-t", "tmpfs", "-o", "size=256k", "none", folder.path);
  try {
    const file = `${folder.path}/c.jsonl`;
    const ballast = `${folder.path}/ballast`;
    Deno.writeFileSync(ballast, new Uint8Array(250 * 1024));
    await using capture = await startCapture(
      ["-i", "100ms", "-o", file, "vb"],
      stage,
    );
    await flood(stage, "va", 1000, 1000, "sequence");
    await capture.until(() => capture.stderr.includes("records wait for room"));
    Deno.removeSync(ballast);
    await capture.until(() => capture.stderr.includes("again"));
    const { code, stderr } = await capture.end("SIGINT");
    assertEquals(code, 0, stderr);
    const records = recordsOf(file);
    const end = records.at(-1);
    assertEquals(end.type, "end");
    assertEquals(end.total.packets, 1000);
    assertEquals(
      sum(
        records.filter(({ type }) => type === "tick"),
        ({ total }) => total.packets,
      ),
      1000,
    );
  } finally {
    sh("umount", folder.path);
  }
});

Deno.test("a disk that is full while the name of the file changes: nothing is lost", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("mount", "-t", "tmpfs", "-o", "size=256k", "none", folder.path);
  try {
    const names = () =>
      [...Deno.readDirSync(folder.path)].map(({ name }) => name)
        .filter((name) => name.endsWith(".jsonl"));
    await using capture = await startCapture(
      ["-i", "100ms", "-o", `${folder.path}/%s.jsonl`, "vb"],
      stage,
    );
    const ballast = `${folder.path}/ballast`;
    Deno.writeFileSync(ballast, new Uint8Array(240 * 1024));
    await flood(stage, "va", 1000, 1000, "sequence");
    await capture.until(() => capture.stderr.includes("records wait for room"));
    const before = names().length;
    await become(() => names().length >= before + 2);
    Deno.removeSync(ballast);
    await capture.until(() => capture.stderr.includes("again"));
    const { code, stderr } = await capture.end("SIGINT");
    assertEquals(code, 0, stderr);
    const ticks = names().flatMap((name) => recordsOf(`${folder.path}/${name}`))
      .filter(({ type }) => type === "tick")
      .toSorted((a, b) => a.seq - b.seq);
    assertEquals(ticks.map(({ seq }) => seq), ticks.map((_, at) => at + 1));
    assertEquals(sum(ticks, ({ total }) => total.packets), 1000);
  } finally {
    sh("umount", folder.path);
  }
});

Deno.test("the file is removed, renamed or truncated under the run: it goes on", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.jsonl`;
  await using capture = await startCapture(
    ["-i", "100ms", "--user", "root", "-o", file, "vb"],
    stage,
  );
  const exists = (path: string) => {
    try {
      return Deno.statSync(path).size > 0;
    } catch {
      return false;
    }
  };
  await become(() => exists(file));
  Deno.renameSync(file, `${file}.1`);
  await become(() => exists(file));
  Deno.removeSync(file);
  await become(() => exists(file));
  Deno.truncateSync(file);
  await become(() => exists(file));
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
  const kept = [...recordsOf(`${file}.1`), ...recordsOf(file)];
  assertEquals(kept[0].type, "start");
  assertEquals(kept.at(-1).type, "end");
});

Deno.test("what cannot be written is said before anything is attached: exit 7", async () => {
  using stage = vethStage();
  using folder = new Folder();
  Deno.mkdirSync(`${folder.path}/c.jsonl`);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  for (
    const [file, why] of [
      [`${folder.path}/c.jsonl`, "Is a directory"],
      [`${folder.path}/file/c.jsonl`, "Not a directory"],
      ["/proc/c.jsonl", "No such file or directory"],
    ]
  ) {
    const { code, stdout, stderr } = await run(["-c", "1", "-o", file!, "vb"], {
      in: stage.name,
    });
    assertEquals([code, stdout], [7, ""], stderr);
    assertEquals(
      stderr,
      `xdptally: Cannot write to "${file}": ${why}; name another file\n`,
    );
  }
});

Deno.test("-o /dev/full: exit 7", async () => {
  using stage = vethStage();
  const { code, stderr } = await run([
    "-q",
    "-c",
    "2",
    "-i",
    "100ms",
    "-o",
    "/dev/full",
    "vb",
  ], { in: stage.name });
  assertEquals(code, 7);
  assertStringIncludes(
    stderr,
    'Cannot write to "/dev/full": No space left on device',
  );
});

Deno.test("-o FIFO: written like a pipe; the reader leaves: exit 0", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const fifo = `${folder.path}/fifo`;
  sh("mkfifo", fifo);
  const reader = new Deno.Command("head", {
    args: ["-n", "2", fifo],
    stdout: "piped",
  }).spawn();
  const { code, stderr } = await run([
    "-q",
    "-j",
    "-i",
    "100ms",
    "-o",
    fifo,
    "vb",
  ], { in: stage.name });
  assertEquals([code, stderr], [0, ""]);
  const text = await new Response(reader.stdout).text();
  assertEquals(
    text.trimEnd().split("\n").map((line) => JSON.parse(line).type),
    ["start", "tick"],
  );
  await reader.status;
});

Deno.test("two captures into one file interleave whole lines", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.jsonl`;
  const outputs = await Promise.all(
    ["va", "vb"].map((name) =>
      run(["-q", "-i", "100ms", "-c", "10", "-o", file, name], {
        in: stage.name,
      })
    ),
  );
  assertEquals(outputs.map(({ code }) => code), [0, 0]);
  const records = recordsOf(file);
  for (const name of ["va", "vb"]) {
    assertEquals(
      records.filter((record) => record.interface === name).length,
      12,
    );
  }
});

Deno.test("SIGHUP without a terminal opens the file anew; with one it ends the run", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.jsonl`;
  const args = ["-i", "100ms", "-o", file, "vb"];
  await using daemon = await startCapture(args, stage, { through: ["setsid"] });
  daemon.kill("SIGHUP");
  const ticks = () =>
    Deno.readTextFileSync(file).split('"type":"tick"').length - 1;
  await become(() => ticks() >= 3);
  assertEquals((await daemon.end("SIGTERM")).code, 0);
  assertEquals(recordsOf(file).at(-1).reason, "signal");

  const inTerminal =
    `ip netns exec ${stage.name} '${BINARY}' -i 100ms -o '${file}' vb`;
  const terminal = new Deno.Command("script", {
    args: ["-qec", inTerminal, "/dev/null"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const said = terminal.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(said, "Ctrl-C");
  sh("sh", "-c", `ip netns pids ${stage.name} | xargs kill -HUP`);
  for (; !(await said.read()).done;);
  await terminal.status;
  assertEquals(recordsOf(file).at(-1).reason, "signal");
});

Deno.test("real logrotate, with copytruncate and without: no line is lost or torn", async () => {
  using stage = vethStage();
  using folder = new Folder();
  for (const way of ["copytruncate", "create"]) {
    const file = `${folder.path}/${way}.jsonl`;
    const config = `${folder.path}/${way}.conf`;
    Deno.writeTextFileSync(
      config,
      `"${file}" {\n  rotate 9\n  ${way}\n  su root root\n}\n`,
    );
    Deno.chmodSync(config, 0o644);
    Deno.chmodSync(folder.path, 0o755);
    await using capture = await startCapture(
      ["-i", "100ms", "--user", "root", "-o", file, "vb"],
      stage,
    );
    const records = (path: string) => {
      try {
        return linesOf(path).length;
      } catch {
        return 0;
      }
    };
    for (let rotation = 0; rotation < 2; rotation++) {
      await become(() => records(file) >= 2);
      sh(
        "/usr/sbin/logrotate",
        "--force",
        "--state",
        `${folder.path}/state`,
        config,
      );
    }
    await become(() => records(file) >= 1);
    assertEquals((await capture.end("SIGINT")).code, 0);
    const all = [`${file}.2`, `${file}.1`, file].flatMap(recordsOf);
    const seqs = all.filter(({ type }) => type === "tick").map(({ seq }) =>
      seq
    );
    if (way === "create") assertEquals(seqs, seqs.map((_, at) => at + 1));
    assertEquals([all[0].type, all.at(-1).type], ["start", "end"]);
  }
});

Deno.test("--fsync: each record reaches the disk before the next tick", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const log = `${folder.path}/strace`;
  const { code } = await run([
    "-q",
    "-c",
    "3",
    "-i",
    "100ms",
    "--fsync",
    "-o",
    `${folder.path}/c.jsonl`,
    "vb",
  ], {
    in: stage.name,
    through: ["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", log],
  });
  assertEquals(code, 0);
  assertEquals(Deno.readTextFileSync(log).match(/sync\(/g)?.length, 4); // start, two ticks, the last with the end
});

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
  // A tick is late by what the machine is late, never early, and that does not add up.
  for (const { end } of ticks) assert(new Date(end).getTime() % 500 < 400, end);
});

Deno.test("--splay: a signal during the wait ends it, with nothing attached", async () => {
  using stage = vethStage();
  const capture = new Capture(["--splay", "1d", "vb"], { in: stage.name });
  await become(() =>
    sh("sh", "-c", `grep SigCgt /proc/${capture.pid}/status`).includes("4")
  );
  await become(() =>
    (parseInt(
      /SigCgt:\s*(\w+)/.exec(
        Deno.readTextFileSync(`/proc/${capture.pid}/status`),
      )![1]!.slice(-4),
      16,
    ) & 0x4000) !== 0
  );
  const { code } = await capture.end("SIGTERM");
  assertEquals([code, capture.records.length], [0, 0]);
  assertEquals(stage.programs("vb"), []);
});

Deno.test("overlap: the holder's pid is named; --wait waits for its turn", async () => {
  using stage = vethStage();
  await using first = new Capture(["-i", "100ms", "vb"], { in: stage.name });
  await first.attached();
  const refused = await run(["-c", "1", "vb"], { in: stage.name });
  assertEquals(refused.code, 5);
  assertMatch(
    refused.stderr,
    new RegExp(
      `of pid ${first.pid}, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, holds it`,
    ),
  );

  const impatient = await run(["-q", "-c", "1", "--wait", "300ms", "vb"], {
    in: stage.name,
  });
  assertEquals(impatient.code, 5);

  await using second = new Capture([
    "-c",
    "1",
    "-i",
    "100ms",
    "--wait",
    "1m",
    "vb",
  ], { in: stage.name });
  await second.until(() => second.stderr.includes("Waiting for 60 s at most"));
  await first.end("SIGINT");
  const { code, record } = await second.end();
  assertEquals([code, record.reason], [0, "count"]);
});

Deno.test("--wait-interface: it comes, goes and comes again", async () => {
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

Deno.test("--wait-interface: it never comes: exit 4 when the time is over", async () => {
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
    'Cannot find interface "vb": it was waited for in vain',
  );
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

Deno.test("--exit-over: nobody exceeds it: exit 0", async () => {
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
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.reason, record.total.packets], [0, "signal", 5]);
});

Deno.test("SIGSTOP of 5 s: one record with the true time, and the deadlines it stands for", async () => {
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
