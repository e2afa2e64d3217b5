/** The plain view in a real terminal: short lists, heads, and lines that fit. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { stageWithLoopback } from "../lib/serving.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { flood } from "../lib/traffic.ts";
import {
  become,
  BINARY,
  Capture,
  isThere,
  run,
  startCapture,
  sum,
} from "../lib/xdptally.ts";

const SOURCES = 3000;
const PACKETS = 6000;
const TOP = 20;

/** Each source sends two packets. */
async function floodOnce(stage: Namespace): Promise<void> {
  await flood(stage, "va", PACKETS, SOURCES, "sequence");
}

function watch(stage: Namespace, ...args: string[]): string {
  return `ip netns exec ${stage.name} '${BINARY}' ${args.join(" ")} vb`;
}

/** The lines of the last record in a text, without those of folded ones. */
function lastList(lines: readonly string[], title: RegExp): string[] {
  const from = lines.findLastIndex((line) => title.test(line));
  assert(from >= 0, lines.join("\n"));
  return lines.slice(from).filter((line) => !line.startsWith("    +"));
}

/** Asserts that a list has 20 rows and the others, and that they add up. */
function assertShort(list: readonly string[], packets: number): void {
  const rows = list.flatMap((line) =>
    /^(?:xdptally: )?\s+[\d.]+ => (\d+) /.exec(line)?.[1] ?? []
  );
  assertEquals(rows.length, TOP, list.join("\n"));
  const others =
    /^(?:xdptally: )?\s+and (\d+) others: (\d+) packets, ([\d.]+) % of all$/m
      .exec(list.join("\n").replaceAll(/\n(?:xdptally: )? {4}(?=\S)/g, " "));
  assert(others !== null, list.join("\n"));
  assertEquals(Number(others[1]), SOURCES - TOP);
  assertEquals(
    rows.reduce((all, row) => all + Number(row), Number(others[2])),
    packets,
  );
}

for (const way of ["Ctrl-C", "--duration"] as const) {
  Deno.test(`${way} in a terminal leaves 20 rows and the others, and the ticks in the scrollback`, async () => {
    for (const [width, height] of [[80, 40], [200, 50]] as const) {
      using stage = vethStage();
      using terminal = new Tmux({ width, height });
      const ends = way === "--duration" ? ["-d", "8s"] : [];
      terminal.enter(watch(stage, ...ends));
      await terminal.until(/tick 1: /);
      await floodOnce(stage);
      // The tick of the flood is as short.
      await terminal.until(
        new RegExp(`and ${SOURCES - TOP} others: \\+\\d+ pack`),
      );
      if (way === "Ctrl-C") terminal.press("C-c");
      await terminal.until(/end \((signal|duration)\) after[^]*\n\$\s*$/);
      const list = lastList(terminal.lines(), /^vb \S+Z end \(/);
      assertShort(list, PACKETS);
      assertEquals(
        list.some((line) =>
          /^ {8}source => packets +bytes +packets\/s +bit\/s$/.test(line)
        ),
        true,
        list.join("\n"),
      );
      // No line was broken by the terminal itself.
      const whole = terminal.unwrapped();
      assertEquals(lastList(whole, /^vb \S+Z end \(/), list);
      assert(terminal.lines().some((line) => / tick 1: /.test(line)));
    }
  });
}

Deno.test("a resized terminal gets lines that fit from the next tick on", async () => {
  using stage = vethStage();
  using terminal = new Tmux({ width: 120, height: 30 });
  terminal.enter(`clear; ${watch(stage, "-i", "200ms")}`);
  await terminal.until(/tick 1: /);
  for (const width of [50, 30, 80, 200]) {
    terminal.resize(width, 30);
    const before = lastTick(terminal.unwrapped());
    // The tick after the resize may have asked for the width before.
    const isFresh = () => lastTick(terminal.unwrapped()) >= before + 3;
    await terminal.until(isFresh);
    const lines = terminal.unwrapped().filter((line) => line !== "");
    const from = lines.findLastIndex((line) => line.startsWith("vb "));
    for (const line of lines.slice(from)) {
      assert(line.length <= width, `${width}: ${line}`);
    }
    assertEquals(lines.slice(from).length > 1, width < 100, lines.join("\n"));
  }
  terminal.press("C-c");
  await terminal.until(/end \(signal\)/);
});

/** The number of the last tick, also where its title is folded. */
function lastTick(lines: readonly string[]): number {
  const said = lines.join("\n").replaceAll("\n    ", " ");
  return Math.max(
    ...Array.from(said.matchAll(/ tick (\d+): /g), ([, tick]) => Number(tick)),
  );
}

Deno.test("SIGUSR1 on a terminal: 20 rows and the others, and lines that fit", async () => {
  for (const width of [60, 120]) {
    using stage = vethStage();
    using folder = new Folder();
    using terminal = new Tmux({ width, height: 50 });
    const file = `${folder.path}/records`;
    terminal.enter(
      `clear; ${watch(stage, "-q", "-j", "-i", "200ms")} >'${file}'`,
    );
    await become(() => isThere(file) && Deno.readTextFileSync(file) !== "");
    await floodOnce(stage);
    const counted = () =>
      sum(
        Deno.readTextFileSync(file).split("\n").slice(0, -1)
          .map((line) => JSON.parse(line)),
        ({ total }) => total?.packets ?? 0,
      );
    await become(() => counted() === PACKETS);
    sh("sh", "-c", `ip netns pids ${stage.name} | xargs kill -USR1`);
    await terminal.until(/others: /);
    const title = /^xdptally: vb \S+Z so far/;
    const list = lastList(terminal.lines(), title);
    assertShort(list, PACKETS);
    assertEquals(lastList(terminal.unwrapped(), title), list);
    terminal.press("C-c");
  }
});

Deno.test("SIGUSR1 logs 20 rows and the others, all rows with --top 0, and stdout stays whole", async () => {
  for (const [top, isShort] of [[[], true], [["--top", "0"], false]] as const) {
    using stage = vethStage();
    await using capture = new Capture(["-q", "-i", "100ms", ...top, "vb"], {
      in: stage.name,
    });
    await capture.attached();
    await floodOnce(stage);
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) === PACKETS
    );
    capture.kill("SIGUSR1");
    const rows = () => capture.stderr.match(/ => \d+ /g)?.length ?? 0;
    const last = isShort ? /others: \d+ packets, .*\n/ : /203\.0\.113|\n$/;
    await capture.until(() =>
      last.test(capture.stderr) && rows() >= (isShort ? TOP : SOURCES)
    );
    if (isShort) assertShort(capture.stderr.trimEnd().split("\n"), PACKETS);
    else assertEquals(rows(), SOURCES);
    const { record } = await capture.end("SIGINT");
    assertEquals(record.sources.length, SOURCES);
  }
});

Deno.test("into a pipe the ticks are short and the end has all rows, as before", async () => {
  using stage = vethStage();
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", stage.name, BINARY, "-i", "1h", "vb"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let said = ""; !said.includes("Ctrl-C");) {
    said += (await stderr.read()).value ?? "";
  }
  await floodOnce(stage);
  child.kill("SIGINT");
  const stdout = await new Response(child.stdout).text();
  await stderr.cancel();
  assertEquals((await child.status).code, 0);
  const [tick, end] = stdout.split(/^(?=vb \S+Z end )/m);
  const rows = (text: string) => text.match(/^\t[\d.]+ => \d+ /gm)!;
  assertEquals([rows(tick!).length, rows(end!).length], [TOP, SOURCES]);
  assertEquals(/others:|source =>|bit\/s/.test(stdout), false);
});

Deno.test("--json stays whole on a terminal", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/typescript`;
  const line = watch(stage, "-q", "-j", "-i", "1h");
  const terminal = new Deno.Command("script", {
    args: ["-qefc", line, file],
    stdin: "null",
    stdout: "null",
  }).spawn();
  await become(() => stage.programs("vb").length > 0);
  await become(() => Deno.readTextFileSync(file).includes('"type":"start"'));
  await floodOnce(stage);
  sh("sh", "-c", `ip netns pids ${stage.name} | xargs kill -INT`);
  await terminal.status;
  const lines = Deno.readTextFileSync(file).match(/^\{.*\}\r?$/gm)!;
  const records = lines.map((line) => JSON.parse(line));
  assertEquals(records.map(({ type, sources }) => [type, sources?.length]), [
    ["start", undefined],
    ["tick", SOURCES],
    ["end", SOURCES],
  ]);
});

Deno.test("--listen alone writes nothing on stdout, not even an open one is needed, and says so", async () => {
  using stage = stageWithLoopback();
  const args = ["-c", "3", "-i", "100ms", "--listen", "9435", "vb"];
  for (const through of [[], ["sh", "-c", 'exec "$0" "$@" 1>&-']]) {
    const { code, stdout, stderr } = await run(args, {
      in: stage.name,
      through,
    });
    assertEquals([code, stdout], [0, ""]);
    assertMatch(
      stderr,
      /^xdptally: Serving metrics at http:\/\/127\.0\.0\.1:9435\/metrics\nxdptally: Writing no records: --format or -o asks for them$/m,
    );
  }
  for (const asked of [["--format", "text"], ["-o", "-"]]) {
    const { code, stdout, stderr } = await run([...asked, ...args], {
      in: stage.name,
    });
    assertEquals(code, 0);
    assertMatch(stdout, /^vb \S+Z tick 1: [^]*^vb \S+Z end \(count\)/m);
    assertEquals(stderr.includes("Writing no records"), false);
  }
  using folder = new Folder();
  const file = `${folder.path}/x.txt`;
  await using capture = await startCapture(
    ["-i", "100ms", "--listen", "9435", "-o", file, "vb"],
    stage,
  );
  await become(() => / tick 1: /.test(Deno.readTextFileSync(file)));
  assertEquals((await capture.end("SIGINT")).code, 0);
});
