/** Keys of `xdptally top` in a real terminal: the cursor, an opened row, the past, the wheel. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ethernetFrame } from "../lib/frames.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { Flood, send } from "../lib/traffic.ts";
import { BINARY } from "../lib/xdptally.ts";

const SIZES = [[80, 24], [40, 10], [200, 50], [120, 40]] as const;
const READY = /^books balance/m;
const WHEEL_DOWN = "\x1b[<65;10;10M", WHEEL_UP = "\x1b[<64;10;10M";

function top(stage: Namespace, ...args: string[]): string {
  return `ip netns exec ${stage.name} '${BINARY}' top ${args.join(" ")}`;
}

/** The address in reverse video; undefined: the cursor is on no row. */
function cursorOf(terminal: Tmux): string | undefined {
  for (const line of terminal.styledScreen().split("\n")) {
    // deno-lint-ignore no-control-regex
    const [, styles, address] = /^((?:\x1b\[[\d;]*m)+)(\d[\d.]+) /.exec(line) ??
      [];
    if (styles?.match(/\d+/g)?.includes("7")) return address;
  }
  return undefined;
}

/** Frames of 10.0.0.1, 10.0.0.2 … with ever fewer of each. */
function frames(sources: number): Uint8Array[] {
  return Array.from(
    { length: sources },
    (_, at) => Array(sources - at).fill(ethernetFrame(`10.0.0.${at + 1}`)),
  ).flat();
}

Deno.test("top: the cursor moves by keys and wheel, and stays on its source in any size", async () => {
  using stage = vethStage();
  using terminal = new Tmux({ width: 80, height: 24 });
  terminal.enter(top(stage, "-i", "200ms", "vb"));
  await terminal.until(READY);
  await send(stage, "va", frames(30), 3);
  terminal.press("d"); // the totals do not fade
  await terminal.until(/^10\.0\.0\.1 +90 /m);
  const on = (last: number) =>
    terminal.until(() => cursorOf(terminal) === `10.0.0.${last}`);
  terminal.press("j", "Down");
  await on(2);
  terminal.type(WHEEL_DOWN + WHEEL_DOWN);
  await on(8);
  terminal.type(WHEEL_UP);
  await on(5);
  for (const [width, height] of SIZES) {
    terminal.resize(width, height);
    await terminal.until(({ length }) => length === height);
    await on(5);
  }
  // Its source comes first now, and then goes below the screen.
  await send(stage, "va", Array(200).fill(ethernetFrame("10.0.0.5")), 1);
  await terminal.until(/^10\.0\.0\.5 +278 /m);
  await on(5);
  terminal.resize(80, 24);
  terminal.press("s", "s", "G");
  await on(30);
  terminal.press("Space");
  await on(30);
  terminal.press("g");
  await on(1);
  terminal.press("Escape");
  await terminal.until(() => cursorOf(terminal) === undefined);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: an opened row follows its source in any size, and its lines block it", async () => {
  using stage = vethStage();
  using terminal = new Tmux({ width: 80, height: 24 });
  terminal.enter(top(stage, "-i", "200ms", "--by", "source,port", "vb"));
  await terminal.until(READY);
  await using _ = new Flood(stage, "va", 16);
  await terminal.until(/16 rows/);
  terminal.press("b", "j", "j", "Enter");
  for (const [width, height] of SIZES) {
    terminal.resize(width, height);
    const screen = await terminal.until((screen) =>
      screen.length === height &&
      /^last tick +[\d,]+ packets/m.test(screen.join("\n"))
    );
    assert(screen.every((line) => line.length <= width));
  }
  terminal.resize(80, 70);
  const screen = (await terminal.until(/^Or send nothing to it/m)).join("\n");
  const [source] = /^10\.0\.0\.\d+$/m.exec(screen)!;
  assertMatch(screen, /^first seen +20\S+ \d\d:\d\d:\d\d UTC$/m);
  assertMatch(screen, /^PACKETS\/S +peak/m);
  assertMatch(screen, /^BIT\/S +peak/m);
  assertMatch(screen, /^PORT \(1\)/m);
  assertMatch(screen, /^Sources can be forged\./m);
  const commands = screen.match(/^(nft|ip) .*$/gm)!;
  const add = commands.filter((line) => / add /.test(line));
  // They can be run from top to bottom.
  stage.run("bash", "-ec", add.join("\n"));
  const block = stage.run("nft", "list", "set", "inet", "xdptally", "v4");
  assert(block.includes(source), block);
  assert(stage.ip("route").includes(`blackhole ${source}`));
  // It counts on: it sees frames before nft does.
  const before = terminal.screen().find((line) => /^run /.test(line));
  await terminal.until((screen) =>
    screen.some((line) => /^run /.test(line) && line !== before)
  );
  const undo = commands.filter((line) => /delete|del /.test(line));
  stage.run("bash", "-ec", undo.join("\n"));
  assertEquals(stage.run("nft", "list", "tables"), "");
  assertEquals(stage.ip("route"), "");
  terminal.resize(80, 24);
  terminal.press("q");
  await terminal.until(/^total /m);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: a burst that is over is found in the past, also while paused, and left by Esc", async () => {
  for (const LANG of ["C.UTF-8", "C"]) {
    using stage = vethStage();
    using terminal = new Tmux({ width: 120, height: 40, env: { LANG } });
    terminal.enter(top(stage, "-i", "100ms", "vb"));
    await terminal.until(READY);
    await send(stage, "va", frames(5), 100);
    await terminal.until(/^10\.0\.0\.1 +0 /m);
    const isBurst = (screen: string[]) =>
      /^[1-9][\d,.]* packets\/s/.test(screen[1]!) && / PAST: /.test(screen[0]!);
    const find = async () => {
      for (let step = 0; step < 1000; step++) {
        const title = terminal.screen()[0];
        terminal.press("[");
        // The time of the tick that is shown is in the title.
        const screen = await terminal.until((screen) => screen[0] !== title);
        if (isBurst(screen)) return screen;
      }
      throw new Error("no burst in the past");
    };
    const screen = await find();
    const numbers = screen.filter((line) => /^(10\.0\.0\.|\d+ more)/.test(line))
      .map((line) =>
        Number(/ ([\d,]+) +[\d.]+ ?[kMG]? /.exec(line)![1]!.replaceAll(",", ""))
      );
    assertEquals(numbers.length, 6, screen.join("\n"));
    for (const [width, height] of SIZES) {
      terminal.resize(width, height);
      const small = await terminal.until((screen) =>
        screen.length === height && isBurst(screen)
      );
      assert(small.every((line) => line.length <= width));
    }
    terminal.press("Escape");
    await terminal.until((screen) => !/PAST/.test(screen[0]!));
    terminal.press("p", "{");
    await terminal.until(/ PAST: .*PAUSED/);
    terminal.press("}");
    await terminal.until((screen) =>
      /PAUSED/.test(screen[0]!) && !/PAST/.test(screen[0]!)
    );
    terminal.press("p", "q");
    await terminal.until(/end \(signal\)/);
  }
});

Deno.test("top: an error that nobody catches restores the terminal, and is shown on it", async () => {
  const { pathname } = new URL("../lib/crash.ts", import.meta.url);
  const script = pathname.replaceAll("%20", " ");
  for (
    const [how, says] of [
      ["thrown", /Uncaught Error: thrown/],
      ["rejected", /Uncaught \(in promise\) Error: rejected/],
      ["exit", /code=3/],
    ] as const
  ) {
    using terminal = new Tmux({ width: 120, height: 40 });
    terminal.enter("before=$(stty -g)");
    const run = `'${Deno.execPath()}' run --quiet --no-check --allow-all`;
    const same = '$( [ "$before" = "$(stty -g)" ] && echo same )';
    terminal.enter(`${run} '${script}' ${how}; echo code=$? ${same}`);
    const screen = (await terminal.until(/^code=\d same$/m)).join("\n");
    assertMatch(screen, says);
    assertEquals(terminal.modes, {
      isAlternate: false,
      hasCursor: true,
      hasMouse: false,
    });
  }
});
