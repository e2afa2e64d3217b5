/** A run under a service manager, which the tests play: readiness, watchdog, log levels. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { NotifySocket } from "../lib/service_manager.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { failingBpf } from "../lib/strace.ts";
import { Capture, run } from "../lib/xdptally.ts";

/** Microseconds, as systemd passes WatchdogSec=. */
const WATCHDOG_USEC = "30000000";

for (const kind of ["a path", "an abstract name"] as const) {
  Deno.test(`notify over ${kind}: ready, at most a WATCHDOG for each tick, STOPPING at the end`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    await using socket = await (kind === "a path"
      ? NotifySocket.in(folder, stage)
      : NotifySocket.open(stage, `@xdptally-test/${stage.name}`));
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
      env: { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC },
    });
    await socket.until(() =>
      socket.count("READY=1") === 1
    );
    assertEquals(stage.programs("vb").length, 1);
    assertEquals(socket.messages[0], ["READY=1", "STATUS=Counting on vb"]);
    await socket.until(() => socket.count("WATCHDOG=1") >= 5);
    const { code } = await capture.end("SIGINT");
    await socket.until(() => socket.count("STOPPING=1") === 1);
    assertEquals(code, 0);
    const feedings = socket.messages.slice(1, -1);
    assertEquals(
      feedings,
      feedings.map(() => ["WATCHDOG=1"]),
      "nothing else between READY and STOPPING",
    );
    assert(feedings.length <= capture.ticks.length);
    assertEquals(socket.messages.at(-1), ["STOPPING=1"]);
  });
}

Deno.test("a run is ready only once all is attached: not while an interface is busy", async () => {
  using stage = vethStage();
  stage.veth("vc", "vd");
  using folder = new Folder();
  await using socket = await NotifySocket.in(folder, stage);
  const busy = new Capture(["--hook", "xdp", "vd"], { in: stage.name });
  await busy.attached();
  await using capture = new Capture(
    ["--hook", "xdp", "--wait", "1m", "-i", "100ms", "vb", "vd"],
    { in: stage.name, env: { NOTIFY_SOCKET: socket.name } },
  );
  await capture.until(() => capture.stderr.includes("Waiting up to 60 s"));
  assertEquals(socket.messages, []);
  await busy.end("SIGINT");
  await socket.until(() => socket.messages.length > 0);
  assertEquals(socket.messages[0], ["READY=1", "STATUS=Counting on vb, vd"]);
  for (const end of ["vb", "vd"]) assertEquals(stage.programs(end).length, 1);
  await capture.until((records) =>
    records.filter(({ type }) => type === "tick").length >= 4
  );
  await capture.end("SIGINT");
  await socket.until(() => socket.count("STOPPING=1") === 1);
  assertEquals(socket.count("WATCHDOG=1"), 0, "nobody asked for it");
});

Deno.test("ticks that cannot be read feed no watchdog", async () => {
  using stage = vethStage();
  using folder = new Folder();
  await using socket = await NotifySocket.in(folder, stage);
  await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
    // Loading and attaching take fewer calls than this.
    through: failingBpf("EIO", "220+"),
    env: { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC },
  });
  await socket.until(() => socket.count("WATCHDOG=1") > 0);
  const failed = () =>
    capture.stderr.match(/Cannot read the counts of "vb"/g)?.length ?? 0;
  await capture.until(() => failed() >= 5);
  const fed = socket.count("WATCHDOG=1");
  await capture.until(() => failed() >= 25);
  assertEquals(socket.count("WATCHDOG=1"), fed);
  sh("pkill", "-INT", "-P", String(capture.pid));
  await socket.until(() => socket.count("STOPPING=1") === 1);
});

Deno.test("a watchdog of another process is not fed, and a longer interval asks for more patience", async () => {
  using stage = vethStage();
  using folder = new Folder();
  await using socket = await NotifySocket.in(folder, stage);
  const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC };
  const args = ["-q", "-c", "3", "-i", "100ms", "vb"];
  const other = await run(args, {
    in: stage.name,
    env: { ...env, WATCHDOG_PID: "1" },
  });
  await socket.until(() => socket.count("STOPPING=1") === 1);
  assertEquals([other.code, socket.count("WATCHDOG=1")], [0, 0]);
  await using slow = new Capture(["-i", "1h", "vb"], { in: stage.name, env });
  await socket.until(() => socket.count("READY=1") === 2);
  assertEquals(socket.count(`WATCHDOG_USEC=${(3 * 3600 + 5) * 1_000_000}`), 1);
  assertEquals((await slow.end("SIGTERM")).code, 0);
});

Deno.test("a service manager that is gone does not keep a run from counting", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const long = `/${"x".repeat(200)}`;
  for (
    const name of [`${folder.path}/none`, "@none", long, "vsock:2:1", "x", ""]
  ) {
    const { code, stderr } = await run(["-q", "-c", "2", "-i", "100ms", "vb"], {
      in: stage.name,
      env: { NOTIFY_SOCKET: name, WATCHDOG_USEC },
    });
    assertEquals(code, 0, stderr);
    const isTried = /^[/@]/.test(name);
    assertMatch(
      stderr,
      isTried
        ? /^xdptally: Cannot tell the service manager how the run is: sendto: [^\n]*\n$/
        : /^$/,
    );
  }
});

Deno.test("in the journal each line of diagnostics begins with its level, elsewhere with the name", async () => {
  using stage = vethStage();
  const journal =
    'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" "$@"';
  const other = 'JOURNAL_STREAM=1:1 exec "$0" "$@"';
  const args = ["-c", "1", "-i", "100ms", "--user", "root"];
  for (const script of [journal, other]) {
    const options = { in: stage.name, through: ["sh", "-c", script] };
    stage.ip("link", "set", "dev", "vb", "down");
    const levels = async (...more: string[]) => {
      const { stderr } = await run([...args, ...more], options);
      return new Set(
        stderr.trimEnd().split("\n").map((line) =>
          /^(<\d>)(?!xdptally)|^xdptally: (?!<)/.exec(line)?.[1] ?? "name"
        ),
      );
    };
    const isJournal = script === journal;
    // Notices, a warning that it is down, and an error.
    assertEquals(
      await levels("vb"),
      new Set(isJournal ? ["<6>", "<4>"] : ["name"]),
    );
    assertEquals(
      await levels("none"),
      new Set(isJournal ? ["<3>"] : ["name"]),
    );
  }
});
