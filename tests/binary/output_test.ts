/** `-o` on a full disk, into a file that is moved or rotated, or into a FIFO or device. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { linesOf, recordsOf } from "../lib/records.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { flood } from "../lib/traffic.ts";
import {
  become,
  BINARY,
  readUntil,
  run,
  startCapture,
  sum,
} from "../lib/xdptally.ts";

Deno.test("a disk fills: whole lines only, the number of lost records, exit 7", async () => {
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

Deno.test("a disk fills and has room again: no record is lost, exit 0", async () => {
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

Deno.test("a disk is full while the file's name changes: no record is lost", async () => {
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

Deno.test("the file is removed, renamed or truncated during the run: a new one is begun", async () => {
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

Deno.test("a file that cannot be written is refused before anything is attached: exit 7", async () => {
  using stage = vethStage();
  using folder = new Folder();
  Deno.mkdirSync(`${folder.path}/c.jsonl`);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  for (
    const [file, why] of [
      [`${folder.path}/c.jsonl`, "Is a directory (EISDIR)"],
      [`${folder.path}/file/c.jsonl`, "Not a directory (ENOTDIR)"],
      ["/proc/c.jsonl", "No such file or directory (ENOENT)"],
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

Deno.test("-o FIFO: written like a pipe; the reader closes it: exit 0", async () => {
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
    "--user",
    "root",
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

Deno.test("SIGHUP reopens the file without a terminal, and ends the run with one", async () => {
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

Deno.test("-o of a descriptor that was handed over: a pipe, also of root alone", async () => {
  using stage = vethStage();
  const short = ["-q", "-j", "-c", "2", "-i", "100ms"];
  const types = (text: string) =>
    text.trimEnd().split("\n").map((line) => JSON.parse(line).type);
  const all = ["start", "tick", "tick", "end"];
  for (const path of ["/dev/stderr", "/proc/self/fd/2", "/dev/fd/2"]) {
    const args = [...short, "-o", path, "vb"];
    const { code, stdout, stderr } = await run(args, { in: stage.name });
    assertEquals([code, stdout, types(stderr)], [0, "", all], path);
  }
  for (const path of ["/dev/stdout", "/dev/fd/1", "/dev/fd/3"]) {
    const through = ["bash", "-c", '"$0" "$@" 3> >(cat)'];
    const args = [...short, "-o", path, "vb"];
    const { code, stdout } = await run(args, { in: stage.name, through });
    assertEquals([code, types(stdout)], [0, all], path);
  }
});
