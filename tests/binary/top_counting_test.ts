/** What `xdptally top` counts: by which keys, beside which programs, on which terminals. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { kernelAtLeast, lacksKernel } from "../lib/kernel.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { Flood, flood, send } from "../lib/traffic.ts";
import { BINARY, run } from "../lib/xdptally.ts";

const WIDE = { width: 120, height: 40 };
const READY = /^books balance/m;
const TCX = lacksKernel(6, 6, "tcx links");

function top(stage: Namespace, ...args: string[]): string {
  return `ip netns exec ${stage.name} '${BINARY}' top ${args.join(" ")}`;
}

/** The packets of all end records that are on the screen once `top` has ended. */
function ended(screen: readonly string[]): number[] {
  const text = screen.join("\n");
  return Array.from(
    text.matchAll(/ end \((?:recount|signal)\) [^:]*: (\d+)\s+packets? = /g),
    ([, packets]) => Number(packets),
  );
}

for (const mode of [[], ["-m", "native"], ["-m", "generic"]]) {
  Deno.test({
    name: `top: b counts anew between two frames, each frame in one run: ${
      mode.join(" ") || "the default"
    }`,
    ignore: mode.length === 0 && TCX,
    fn: async () => {
      using stage = vethStage();
      using terminal = new Tmux({ width: 200, height: 150 });
      terminal.enter(top(stage, "-i", "200ms", ...mode, "vb"));
      await terminal.until(READY);
      const before = stage.settledRxPackets("vb");
      {
        await using _ = new Flood(stage, "va", 64);
        await terminal.until(/64 sources/);
        terminal.press("b");
        await terminal.until(/by source \/24 and \/64/);
        for (
          const title of [
            /by destination {2}/,
            /by destination \/24/,
            /by protocol/,
            /by port/,
          ]
        ) {
          terminal.press("b");
          await terminal.until((screen) =>
            title.test(screen[0]!) && /^[\d,]{5,} packets\/s/.test(screen[1]!)
          );
        }
        terminal.press("b");
        await terminal.until(/64 sources/);
      }
      const received = stage.settledRxPackets("vb") - before;
      await terminal.until(/^0 packets\/s/m);
      terminal.press("q");
      const screen = await terminal.until(/end \(signal\)/);
      const counts = ended(screen);
      assertEquals(counts.length, 5, screen.join("\n"));
      assert(counts.every((count) => count > 0), `${counts}`);
      assertEquals(
        counts.reduce((sum, count) => sum + count, 0),
        received,
        `${counts}`,
      );
      assert(!/INCOMPLETE/.test(screen.join("\n")));
      assertEquals(stage.programs("vb"), []);
    },
  });
}

Deno.test("top: the right to count anew is the main thread's alone, and given up with --by", async () => {
  for (
    const [args, spare] of [[[], 1n << 12n | 3n << 38n], [
      ["--by", "port"],
      0n,
    ]] as const
  ) {
    using stage = vethStage();
    using terminal = new Tmux(WIDE);
    terminal.enter(top(stage, "-i", "200ms", ...args, "vb"));
    await terminal.until(READY);
    if (spare !== 0n) {
      terminal.press("b", "b");
      await terminal.until(/by destination/);
    }
    const pid = sh("ip", "netns", "pids", stage.name).trim();
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const path = `/proc/${pid}/task/${name}/status`;
      const status = Deno.readTextFileSync(path);
      const set = (key: string) =>
        BigInt(`0x${new RegExp(`^${key}:\\s*(\\w+)`, "m").exec(status)![1]}`);
      assertMatch(status, /^Uid:(\s65534){4}$/m);
      if (!kernelAtLeast(5, 19)) continue; // CAP_BPF is needed to read
      assertEquals(set("CapPrm"), name === pid ? spare : 0n, name);
      assertEquals(set("CapEff"), 0n, name);
    }
    terminal.press("q");
    await terminal.until(/end \(signal\)/);
  }
});

Deno.test("top: where another program cannot be loaded, b says why, and the run goes on", async () => {
  using stage = vethStage();
  using terminal = new Tmux(WIDE);
  // Enough for one program, and no right to raise it.
  const bounded = "setpriv --bounding-set=-sys_resource";
  terminal.enter(
    `ulimit -n 64; ${bounded} ${top(stage, "-i", "200ms", "vb")}`,
  );
  await terminal.until(READY);
  terminal.press("b", "b");
  await terminal.until(/^Cannot open \d+ more files/m);
  await send(stage, "va", [ethernetFrame("10.0.0.1")], 10);
  terminal.press("b"); // only what is counted is offered now
  const [title] = await terminal.until(/^10\.0\.0\.1 /m);
  assert(!/ by /.test(title!), title);
  terminal.press("q");
  const screen = await terminal.until(/end \(signal\) .*: 10 packets/);
  assertEquals(ended(screen), [10]);
});

/** The command line of the shipped crontab, for this interface and folder, for a second. */
function cronLine(name: string, folder: string): string[] {
  const file = new URL("../../contrib/cron.d/xdptally", import.meta.url);
  const [, line] = /^[*/\d ]+ root \S+ (.*)$/m.exec(
    Deno.readTextFileSync(file),
  )!;
  return line!.split(" ").map((word) =>
    word === "eth0" ? name : word === "60s" ? "1s" : word
  ).map((word) => word.startsWith("/") ? folder : word);
}

Deno.test({
  name:
    "top: the shipped cron line captures while top is open, whatever top's hook",
  ignore: TCX,
  fn: async () => {
    for (const mode of [[], ["-m", "native"]]) {
      using stage = vethStage();
      using folder = new Folder();
      using terminal = new Tmux(WIDE);
      terminal.enter(top(stage, "-i", "200ms", ...mode, "vb"));
      await terminal.until(READY);
      const captured = run(cronLine("vb", `${folder.path}/`), {
        in: stage.name,
      });
      const { code, stdout, stderr } = await captured;
      assertEquals([code, stdout], [0, ""], stderr);
      const [file] = [...Deno.readDirSync(folder.path)];
      assertMatch(
        Deno.readTextFileSync(`${folder.path}/${file!.name}`),
        /"type":"end".*"reason":"duration"/,
      );
      terminal.press("q");
      await terminal.until(/end \(signal\)/);
    }
  },
});

Deno.test({
  name: "top: beside an XDP program it counts, and a line says what that means",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    using holder = new Tmux(WIDE);
    holder.enter(top(stage, "-m", "native", "vb"));
    await holder.until(READY);
    using terminal = new Tmux(WIDE);
    terminal.enter(top(stage, "-i", "200ms", "vb"));
    const screen = await terminal.until(READY);
    if (/observe mode/.test(screen[0]!)) {
      assertMatch(screen[3]!, /^XDP program "xdptally":/);
    } else {
      assertMatch(screen[0]!, /tc mode/);
      assertMatch(
        screen[3]!,
        /^beside XDP program "xdptally" {2}only what it passes on is counted$/,
      );
    }
    await send(stage, "va", [ethernetFrame("10.0.0.1")], 30);
    for (const one of [terminal, holder]) {
      one.press("d");
      await one.until(/^10\.0\.0\.1 +30 /m);
    }
    terminal.press("q");
    await terminal.until(/end \(signal\) .*: 30 packets/);
    holder.press("q");
    await holder.until(/end \(signal\) .*: 30 packets/);
  },
});

Deno.test("top: narrowed like watch: --by, --filter, --prefix4, and a key too many", async () => {
  using stage = vethStage();
  using terminal = new Tmux(WIDE);
  const args = ["--by", "source,port", "--filter", "10.0.0.0/8"];
  terminal.enter(
    top(
      stage,
      "-i",
      "200ms",
      ...args,
      "--prefix4",
      "24",
      "--sort",
      "port",
      "vb",
    ),
  );
  await terminal.until(READY);
  await send(stage, "va", [
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.2"),
    ethernetFrame("192.0.2.7"),
  ], 10);
  terminal.press("d");
  const screen = await terminal.until(/^10\.0\.0\.0\/24 +20 /m);
  assertMatch(screen[0]!, /by source {2}tc mode/);
  assertMatch(screen.join("\n"), /^ADDRESS .* PORTS /m);
  terminal.press("b", "b"); // networks, ports
  await terminal.until(/by port/);
  terminal.press("b");
  await terminal.until(/by source,port/);
  terminal.press("q");
  await terminal.until(/end \(signal\) .*: 30 packets = [^]* 10 filtered/);

  const refused = await run(["top", "--sort", "port", "vb"], {
    in: stage.name,
  });
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "add --by source,port");
});

Deno.test("top: both directions of an interface have a screen each", async () => {
  using stage = vethStage();
  using terminal = new Tmux(WIDE);
  terminal.enter(top(stage, "-i", "200ms", "--direction", "both", "vb"));
  await terminal.until(READY);
  await send(stage, "va", [ethernetFrame("10.0.0.1")], 7);
  await send(stage, "vb", [ethernetFrame("10.0.0.2")], 5);
  terminal.press("d");
  await terminal.until(/^ xdptally vb 1\/2 [^]*^10\.0\.0\.1 +7 /m);
  terminal.press("Tab");
  await terminal.until(/^ xdptally vb out 2\/2 [^]*^10\.0\.0\.2 +5 /m);
  terminal.press("q");
  await terminal.until(/end \(signal\)[^]*end \(signal\)/);
});

Deno.test("top: every kind of terminal, at 80x24, 120x40 and 200x50, by resizing", async () => {
  const KINDS: Record<string, string>[] = [
    { TERM: "linux" },
    { TERM: "screen" },
    { TERM: "tmux-256color", LANG: "C" },
    { TERM: "xterm", NO_COLOR: "1" },
    { TERM: "linux", LANG: "C", NO_COLOR: "1" },
  ];
  using stage = vethStage();
  for (const env of KINDS) {
    using terminal = new Tmux({ width: 120, height: 40, env });
    terminal.enter(top(stage, "-i", "200ms", "vb"));
    await terminal.until(READY);
    await flood(stage, "va", 10_000, 100, "sequence");
    terminal.press("d");
    for (const [width, height] of [[80, 24], [200, 50], [120, 40]] as const) {
      terminal.resize(width, height);
      const about = `${JSON.stringify(env)} ${width}x${height}`;
      const rowsOf = (screen: string[]) =>
        screen.filter((line) => /^10\.0\.0\.\d+ +100 /.test(line)).length;
      const page = height - (height === 24 ? 10 : 12);
      const screen = await terminal.until((screen) =>
        screen.length === height && /^total +10,000 /.test(screen.at(-2)!) &&
        rowsOf(screen) === page
      );
      assertMatch(screen.at(-1)!, /^q quit/, about);
      assertMatch(
        screen.at(-3)!,
        new RegExp(`^${100 - page} more +\\d,\\d00 `),
        about,
      );
      if (env.LANG === "C") assertMatch(screen.join(""), /^[\x20-\x7e]*$/);
    }
    terminal.press("q");
    await terminal.until(/end \(signal\)/);
  }
});

Deno.test("top: of 65,536 sources none is lost, in rows and the rest", async () => {
  using stage = vethStage();
  using terminal = new Tmux({ width: 200, height: 50 });
  terminal.enter(top(stage, "vb"));
  await terminal.until(READY);
  await flood(stage, "va", 655_360, 65_536, "sequence");
  terminal.press("d");
  const screen = await terminal.until(/^total +655,360 /m);
  assertMatch(screen.join("\n"), / of 65,536/);
  assertMatch(screen.at(-3)!, /^65,498 more +654,980 /);
  assertMatch(screen[1]!, / 0 untracked/);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});
