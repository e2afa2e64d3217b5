/** `xdptally top` in a real terminal: screen, keys, signals, and the terminal afterwards. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import {
  bytes,
  ethernet,
  ethernetFrame,
  ETHERTYPE,
  ipv6,
} from "../lib/frames.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { Flood, send } from "../lib/traffic.ts";
import { BINARY, run } from "../lib/xdptally.ts";

const SIZE = { width: 80, height: 24 };
/** The terminal's modes while the screen is open, and before and after. */
const OPEN = { isAlternate: true, hasCursor: false, hasMouse: true };
const CLOSED = { isAlternate: false, hasCursor: true, hasMouse: false };
const READY = /^books balance/m;

function top(stage: Namespace, ...args: string[]): string {
  return `ip netns exec ${stage.name} '${BINARY}' top ${args.join(" ")}`;
}

/** The packets a second in the header. */
function rate(screen: readonly string[]): number {
  return Number(
    /^([\d,]+) packets\/s/.exec(screen[1]!)?.[1]?.replaceAll(",", ""),
  );
}

const flooded = (screen: readonly string[]) => rate(screen) > 10_000;

Deno.test("top: a flood at 80x24, resized to 40x10 and 200x50", async () => {
  using stage = vethStage();
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, "vb"));
  await terminal.until(READY);
  await using _ = new Flood(stage, "va", 64);
  const screen = await terminal.until((screen) =>
    flooded(screen) && /of 64$/m.test(screen.join("\n"))
  );
  assertMatch(screen[0]!, /^ xdptally vb {2}\w+ mode {2}every 1s/);
  assertMatch(
    screen[1]!,
    /\d [kMGT]bit\/s {2}64 sources {2}\d+ new\/s {2}0 untracked in/,
  );
  assertMatch(screen[2]!, /^books balance/);
  const rows = screen.filter((line) => /^10\.0\.0\.\d+ +[\d,]+ /.test(line));
  assertEquals(rows.length, 14);
  for (const row of rows) assertMatch(row, /1\.[4-7]% [▏▎▍] .*[▁▂▃▄▅▆▇█]/);
  assertMatch(
    screen[21]!,
    /^50 more +[\d,]+ .* 7\d\.\d% {2}\d+ new\/s {2}1 \/24$/,
  );

  terminal.resize(40, 10);
  const small = await terminal.until(({ length }) => length === 10);
  await terminal.until((screen) => /^total/.test(screen[8] ?? ""));
  assert(small.every((line) => line.length <= 40));
  terminal.resize(200, 50);
  const large = await terminal.until((screen) =>
    /^total/.test(screen[48] ?? "")
  );
  assertEquals(large.filter((line) => /^10\.0\.0\./.test(line)).length, 38);
  assertStringIncludes(large[8]!, "FIRST SEEN");
  terminal.press("q");
  await terminal.until(/end \(signal\) after/);
});

Deno.test("top: rows keep their order under a steady flood, and a refresh is under 5 kB", async () => {
  for (const [width, height] of [[80, 24], [200, 50]] as const) {
    using stage = vethStage();
    using folder = new Folder();
    using terminal = new Tmux({
      width,
      height,
      env: { COLORTERM: "truecolor" },
    });
    terminal.enter(top(stage, "-i", "500ms", "vb"));
    await terminal.until(READY);
    await using _ = new Flood(stage, "va", 12);
    const file = `${folder.path}/output`;
    Deno.writeTextFileSync(file, "");
    // The rates of the first ticks still rise.
    await terminal.until((screen) =>
      flooded(screen) && /(▇.*){5}/.test(rowOf(screen))
    );
    terminal.record(file);
    const order = (screen: string[]) =>
      screen.flatMap((line) => /^10\.0\.0\.\d+ /.exec(line)?.[0] ?? []);
    let last = await terminal.until(flooded);
    assertEquals(order(last).length, 12);
    const TICKS = 8;
    let moved = 0;
    for (let tick = 0; tick < TICKS; tick++) {
      const before = last;
      last = await terminal.until((screen) =>
        totalOf(screen) !== totalOf(before)
      );
      moved += order(last).filter((ip, at) => ip !== order(before)[at])
        .length;
    }
    const size = Deno.statSync(file).size / TICKS;
    assert(size > 0 && size < 5000, `${size} bytes a refresh`);
    assertEquals(moved, 0, "rows that moved");
    terminal.press("q");
    await terminal.until(/end \(signal\)/);
  }
});

function totalOf(screen: readonly string[]): string | undefined {
  return screen.find((line) => line.startsWith("total "));
}

function rowOf(screen: readonly string[]): string {
  return screen.find((line) => line.startsWith("10.0.0.")) ?? "";
}

Deno.test("top: keys sort, filter, export, change the interval, pause and show help", async () => {
  using stage = vethStage();
  using folder = new Folder();
  Deno.chmodSync(folder.path, 0o777);
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, "-i", "200ms", "vb"));
  await terminal.until(READY);
  const six = bytes(ethernet(ETHERTYPE.ipv6), ipv6([0x10], { payload: 900 }));
  const frames = (count: number) => [
    ...Array(count).fill(ethernetFrame("10.0.0.1")),
    ethernetFrame("192.0.2.7"),
    ...Array(2).fill(six),
  ];
  await send(stage, "va", frames(5), 10);
  terminal.press("d"); // the totals do not fade
  const screen = await terminal.until(/^2001:db8::10 .*1-3 of 3/ms);
  const rows = screen.filter((line) => /^(10\.|192|2001)/.test(line));
  assertMatch(rows[0]!, /^10\.0\.0\.1 +50 .* 62\.5%/);
  assertMatch(rows[2]!, /^192\.0\.2\.7 +10 /);
  terminal.press("s");
  await terminal.until((screen) => screen[7]!.startsWith("2001:db8::10"));
  terminal.press("s");
  await terminal.until((screen) =>
    /^10\.0\.0\.1 /.test(screen[7]!) && /^192/.test(screen[8]!)
  );
  terminal.press("6");
  await terminal.until(/only IPv6[^]*^total.*1-1 of 1 \(of 3\)/m);
  terminal.press("6", "4");
  await terminal.until(/1-2 of 2 \(of 3\)/);
  terminal.press("4", "/");
  await terminal.until(/^Filter by network/m);
  terminal.type("192.0.2.0/24");
  terminal.press("Enter");
  await terminal.until(/only 192\.0\.2\.0\/24[^]*1-1 of 1 \(of 3\)/);

  terminal.press("e");
  await terminal.until(/^Export: s what this screen shows, r the run/m);
  terminal.press("s");
  const proposal = await terminal.until(/^Export the screen to: \S+/m);
  assertMatch(
    proposal.join("\n"),
    /^Export the screen to: (\/tmp\/)?xdptally-vb-\d{8}T\d{6}Z\.jsonl/m,
  );
  const file = `${folder.path}/x.jsonl`;
  terminal.press("C-u");
  terminal.type(file);
  terminal.press("Enter");
  await terminal.until(/^Wrote 3 lines to/m);
  const records = Deno.readTextFileSync(file).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(records.map(({ type }) => type), ["start", "tick", "end"]);
  const [, { sources, others, total }, { reason }] = records;
  assertEquals([reason, total.packets, others.packets], ["screen", 80, 70]);
  assertEquals(sources, [{ ip: "192.0.2.7", packets: 10, bytes: 420 }]);
  assertEquals(Deno.statSync(file).uid, 65534, "nobody's");
  const part = await run(["report", file]);
  assertEquals([part.code, part.stderr], [0, ""]);
  assertMatch(part.stdout, /^192\.0\.2\.7 +10 /m);
  assertMatch(part.stdout, /^Part: 1 screen of top: /m);
  const whole = `${folder.path}/run.jsonl`;
  terminal.press("e", "r", "C-u");
  terminal.type(whole);
  terminal.press("Enter");
  await terminal.until(/^Wrote \d+ lines to/m);
  const all = await run(["report", whole]);
  assertEquals([all.code, all.stderr], [0, ""]);
  assertMatch(all.stdout, /^10\.0\.0\.1 +50 /m);
  assertMatch(all.stdout, /^Nothing is missing: /m);
  terminal.press("e", "s", "C-u");
  terminal.type(file);
  terminal.press("Enter");
  // Wrapping the message into lines may drop a blank.
  const closed = (text: string) => text.replaceAll(" ", "");
  await terminal.until((screen) =>
    closed(screen.slice(-3).join("")).includes(
      closed(`"${file}": File exists (EEXIST); give another name`),
    )
  );
  terminal.press("e", "s", "C-u");
  terminal.type("/root/x");
  terminal.press("Enter");
  await terminal.until(
    /^Cannot write to "\/root\/x": Permission denied \(EACCES\); name/m,
  );

  terminal.press("+");
  await terminal.until(/every 500ms/);
  terminal.press("-", "-");
  await terminal.until(/every 100ms/);
  terminal.press("p");
  const [title] = await terminal.until(/PAUSED/);
  await send(stage, "va", frames(1), 5);
  assertEquals(terminal.screen()[0], title);
  terminal.press("p", "?");
  await terminal.until(/^ *q, Ctrl-C +end, and detach/m);
  terminal.press("G");
  await terminal.until(/suspend; fg goes on/);
  terminal.press("Escape", "/", "C-u", "Enter");
  await terminal.until(/^10\.0\.0\.1 +55 /m);
  terminal.press("q");
  await terminal.until(/end \(signal\) after \d+ ticks? in .*: 100 packets/);
});

Deno.test("top: a shorter interval takes effect at once, not when the long one is over", async () => {
  using stage = vethStage();
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, "-i", "1h", "vb"));
  await terminal.until(/^Waiting for the first tick/m);
  terminal.press("-");
  await terminal.until(/every 1m/);
  terminal.press(..."-------");
  await terminal.until(READY);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: 24-bit, 256, 16 or no colours, as the terminal supports", async () => {
  const TERMINALS: [env: Record<string, string>, colour: RegExp | undefined][] =
    [
      [{ COLORTERM: "truecolor" }, /^(1;)?38;2;/],
      [{ TERM: "xterm-256color" }, /^(1;)?38;5;/],
      [{ TERM: "xterm" }, /^(1;)?3[0-7]$/],
      [{ COLORTERM: "truecolor", NO_COLOR: "1" }, undefined],
    ];
  using stage = vethStage();
  for (const [env, colour] of TERMINALS) {
    using terminal = new Tmux({ ...SIZE, env });
    terminal.enter(top(stage, "-i", "200ms", "vb"));
    await terminal.until(READY);
    await send(stage, "va", [ethernetFrame("10.0.0.1")], 10);
    await terminal.until(/^10\.0\.0\.1 /m);
    const styles = terminal.styles();
    const colours = styles.filter((style) => /(^|;)(3[0-8]|9\d)/.test(style));
    assert(styles.includes("1"), "bold without colours as well");
    assertEquals(colours.length > 0, colour !== undefined, `${colours}`);
    for (const style of colours) assertMatch(style, colour!);
    terminal.press("q");
    await terminal.until(/end \(signal\)/);
  }
});

Deno.test("top: warnings are in the footer, and on stderr when the screen is gone", async () => {
  using stage = vethStage();
  stage.ip("link", "set", "dev", "vb", "down");
  using terminal = new Tmux({ width: 100, height: 24 });
  terminal.enter(`${top(stage, "--max-sources", "1", "vb")} 2> >(cat -n)`);
  await terminal.until(/^Interface "vb" is down: nothing is counted until/m);
  stage.ip("link", "set", "dev", "vb", "up");
  await send(stage, "va", [
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.2"),
  ]);
  await terminal.until(/^More sources on "vb" than --max-sources/m);
  await terminal.until(/1 untracked/);
  terminal.press("q");
  await terminal.until(/^ +\d+ +xdptally: More sources on "vb" than/m);
});

Deno.test("top: without UTF-8 the screen is ASCII", async () => {
  using stage = vethStage();
  using terminal = new Tmux({ ...SIZE, env: { LANG: "C" } });
  terminal.enter(top(stage, "-i", "200ms", "vb"));
  await terminal.until(READY);
  await send(stage, "va", [ethernetFrame("10.0.0.1")], 10);
  const screen = await terminal.until(/^10\.0\.0\.1 /m);
  assertMatch(screen.join(""), /^[\x20-\x7e]*$/);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: the terminal is restored, whatever ends the run", async () => {
  using stage = vethStage();
  const pids = () => sh("ip", "netns", "pids", stage.name).split("\n")[0]!;
  const ENDS: [name: string, end: (terminal: Tmux) => void, code: number][] = [
    ["q", (terminal) => terminal.press("q"), 0],
    ["Ctrl-C", (terminal) => terminal.press("C-c"), 0],
    ["SIGTERM", () => sh("kill", "-TERM", pids()), 0],
    ["SIGHUP", () => sh("kill", "-HUP", pids()), 0],
    ["SIGQUIT", (terminal) => terminal.press("C-\\"), 0],
    ["a failure", () => stage.ip("link", "del", "va"), 4],
  ];
  for (const [name, end, code] of ENDS) {
    using terminal = new Tmux(SIZE);
    terminal.enter("before=$(stty -g)");
    terminal.enter(
      `${
        top(stage, "-i", "200ms", "vb")
      }; echo code=$? $( [ "$before" = "$(stty -g)" ] && echo same )`,
    );
    await terminal.until(READY);
    assertEquals(terminal.modes, OPEN, name);
    end(terminal);
    await terminal.until(/^code=\d/m);
    const screen = terminal.screen().join("\n");
    assertStringIncludes(screen, `code=${code} same`, name);
    assertMatch(screen, /^vb \S+Z end \(/m, name);
    assertEquals(terminal.modes, CLOSED, name);
    if (code === 4) {
      assertStringIncludes(
        screen,
        'Stopped counting "vb": the interface is gone',
      );
    } else assertEquals(stage.programs("vb"), [], name);
  }
});

Deno.test("top: Ctrl-Z restores the terminal, and fg draws again", async () => {
  using stage = vethStage();
  using terminal = new Tmux(SIZE);
  terminal.enter("before=$(stty -g)");
  terminal.enter(top(stage, "-i", "200ms", "vb"));
  await terminal.until(READY);
  terminal.press("C-z");
  await terminal.until(/Stopped/);
  assertEquals(terminal.modes, CLOSED);
  terminal.enter('[ "$before" = "$(stty -g)" ] && echo sa""me');
  await terminal.until(/^same$/m);
  await send(stage, "va", [ethernetFrame("10.0.0.1")], 10);
  terminal.enter("fg");
  await terminal.until(/^10\.0\.0\.1 /m);
  assertEquals(terminal.modes, OPEN);
  terminal.press("q");
  await terminal.until(/end \(signal\) .*: 10 packets/);
});

Deno.test("top: without a suitable terminal it names the command for text output: exit 2", async () => {
  const line = (why: string) =>
    `xdptally: Cannot draw a screen: ${why}; for text output run: xdptally eth0\n`;
  const piped = await run(["top", "eth0"]);
  assertEquals(piped, {
    code: 2,
    stdout: "",
    stderr: line("stdout is not a terminal"),
  });
  const CASES: [env: Record<string, string>, redirect: string, why: string][] =
    [
      [{ TERM: "dumb" }, "", 'TERM is "dumb"'],
      [{ TERM: "" }, "", "TERM is not set"],
      [{}, "< /dev/null", "stdin is not a terminal"],
    ];
  for (const [env, redirect, why] of CASES) {
    using terminal = new Tmux({ width: 160, height: 24, env });
    terminal.enter(`'${BINARY}' top eth0 ${redirect}; echo code=$?`);
    const screen = await terminal.until(/^code=2$/m);
    assertStringIncludes(screen.join("\n"), line(why));
  }
});

Deno.test("top: an interface named top can still be watched", async () => {
  using stage = vethStage();
  stage.ip("link", "set", "dev", "vb", "name", "top");
  const { code, stdout } = await run(["watch", "-c1", "-i100ms", "top"], {
    in: stage.name,
  });
  assertEquals(code, 0);
  assertMatch(stdout, /^top \S+Z end \(count\)/m);
});
