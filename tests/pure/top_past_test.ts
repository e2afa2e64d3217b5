/** The view of `top` scrolled back: each tick as it was, and how to return. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { View } from "../../src/view/view.ts";
import { generator, type Random } from "../lib/random.ts";
import { addresses, from, linesOf, Ticks, viewOf } from "./ticks.ts";

function press(view: View, ...keys: string[]): void {
  for (const key of keys) view.press(key);
}

/** Of sources with whole numbers of packets: those of a tick of a second are on the screen. */
function someOf(random: Random, most: number) {
  return Array.from(
    { length: 1 + random(most) },
    (_, at) => from(at * 2 + random(2), 10 + random(5000)),
  );
}

/** A view after some ticks of a second. */
function viewAfter(count: number, random: Random, most = 300) {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  for (let tick = 0; tick < count; tick++) {
    view.tick(ticks.next(someOf(random, most)));
  }
  return { ticks, view };
}

/** What the screen says without how long ago that was. */
function screenOf(view: View): string[] {
  return linesOf(view.frame(120, 40))
    .map((line) =>
      line.replace(/PAST: [\d.]+( min \d+)? s ago( .*?) +(?=\S+$)/, "PAST$2 ")
    );
}

/** The numbers of packets of rows, of the rest, and of the total. */
function packetsOn(lines: readonly string[]) {
  const numberIn = (line = "") =>
    Number(
      /^.{0,40}? ([\d,]+) +[\d.]+( [kMGT])? +\d+\.\d%/.exec(line)?.[1]
        ?.replaceAll(",", ""),
    );
  const lineOf = (start: RegExp) => lines.find((line) => start.test(line));
  return {
    rows: lines.filter((line) => /^10\.0\./.test(line)).map(numberIn),
    rest: numberIn(lineOf(/^[\d,]+ more/)),
    total: numberIn(lineOf(/^total/)),
  };
}

Deno.test("each tick looks the same from wherever one steps to it, and rows and rest are its total", () => {
  const random = generator(1);
  const { view } = viewAfter(80, random);
  const present = screenOf(view);
  const screens = [present];
  for (let back = 1; back < 80; back++) {
    press(view, "[");
    const screen = screenOf(view);
    assertMatch(screen[0]!, / PAST /);
    const { rows, rest, total } = packetsOn(screen);
    assertEquals(rows.reduce((sum, row) => sum + row, rest), total);
    screens.push(screen);
  }
  press(view, "[", "[");
  assertEquals(screenOf(view), screens[79], "the oldest one");
  assertEquals(new Set(screens.map((screen) => screen.join())).size, 80);
  let at = 79;
  for (let step = 0; step < 300; step++) {
    const key = "[]{}"[random(4)]!;
    press(view, key);
    const by = { "[": 1, "]": -1, "{": 60, "}": -60 }[key]!;
    at = Math.max(0, Math.min(at + by, 79));
    assertEquals(screenOf(view), screens[at]);
  }
  press(view, "[", "{", "escape");
  assertEquals(screenOf(view), present);
});

Deno.test("a past screen stays while ticks come, says how long ago it was, and is left by Esc", () => {
  const random = generator(2);
  const { ticks, view } = viewAfter(10, random);
  press(view, "[", "[");
  const past = screenOf(view);
  for (let tick = 1; tick <= 130; tick++) {
    view.tick(ticks.next(someOf(random, 50)));
    assertEquals(screenOf(view), past);
    const ago = tick + 2;
    const text = ago < 120 ? `${ago} s` : `2 min ${ago - 120} s`;
    assertMatch(linesOf(view.frame(120, 40))[0]!, RegExp(`PAST: ${text} ago`));
  }
  assertMatch(linesOf(view.frame(80, 24))[23]!, /^Esc to the present/);
  press(view, "escape");
  assert(!screenOf(view)[0]!.includes("PAST"));
  assertEquals(view.press("q"), { kind: "quit" });
});

Deno.test("a pause can be left backwards, and is there again forwards; going on leads to the present", () => {
  const random = generator(3);
  const { ticks, view } = viewAfter(20, random);
  press(view, "p");
  const paused = screenOf(view);
  for (let tick = 0; tick < 5; tick++) view.tick(ticks.next(someOf(random, 9)));
  press(view, "[");
  const before = screenOf(view);
  assertMatch(before[0]!, / PAST .*PAUSED/);
  press(view, "[", "[", "]", "]");
  assertEquals(screenOf(view), before);
  press(view, "]");
  assertEquals(screenOf(view), paused);
  press(view, "]");
  assertEquals(screenOf(view), paused);
  press(view, "[", "p");
  const screen = screenOf(view);
  assert(!/PAST|PAUSED/.test(screen[0]!));
  assertEquals(addresses(view).length > 0, true);
});

Deno.test("there is no past before the first tick, nor of another interface's ticks", () => {
  const [one, other] = [new Ticks("eth0"), new Ticks("wg0")];
  const view = viewOf(one);
  view.start(other.start);
  press(view, "[", "]", "{", "}");
  assertMatch(linesOf(view.frame(80, 24))[1]!, /^Waiting for the first tick/);
  for (let tick = 0; tick < 3; tick++) {
    view.tick(one.next([from(1, 10 + tick)]));
    view.tick(other.next([from(2, 20 + tick)]));
  }
  press(view, "[");
  assertEquals(packetsOn(screenOf(view)).rows, [11]);
  press(view, "tab");
  assertEquals(packetsOn(screenOf(view)).rows, [22]);
  assert(!screenOf(view)[0]!.includes("PAST"));
  press(view, "[", "[", "[");
  assertEquals(packetsOn(screenOf(view)).rows, [20]);
});

Deno.test("the past goes on behind the run: one that was counted by other fields", () => {
  const [one, other] = [new Ticks(), new Ticks()];
  const view = viewOf(one);
  for (let tick = 1; tick <= 3; tick++) {
    view.tick(one.next([from(1, tick * 100), from(2, 10)]));
  }
  view.start({ ...other.start, by: ["port"] });
  press(view, "[");
  assertEquals(packetsOn(screenOf(view)).rows, [300, 10]);
  press(view, "escape");
  for (let tick = 1; tick <= 2; tick++) {
    view.tick(other.next([from(5, tick * 7000)]));
  }
  const totals = ["", ..."[[[[[]]]]]"].map((key) => {
    if (key !== "") press(view, key);
    return packetsOn(screenOf(view)).total;
  });
  const back = [14_000, 7000, 310, 210, 110, 110];
  assertEquals(totals, [...back, 210, 310, 7000, 14_000, 14_000]);
  press(view, "[", "[", "enter");
  assertMatch(
    linesOf(view.frame(80, 24))[23]!,
    /^Cannot open it: it is of a run/,
  );
});

Deno.test("the total of the run, the groups and the filter work in the past", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.forbidRecount();
  view.tick(ticks.next([from(1, 100), from(260, 50)]));
  view.tick(ticks.next([from(1, 200), from(260, 60), from(261, 70)]));
  view.tick(ticks.next([from(9, 5000)]));
  press(view, "[", "d");
  const total = () =>
    linesOf(view.frame(120, 40)).find((line) => /^total/.test(line))!;
  assertMatch(total(), /^total +480 /);
  press(view, "d", "b"); // networks
  assertEquals(packetsOn(screenOf(view)).rows, [200, 130]);
  press(view, "[");
  assertEquals(packetsOn(screenOf(view)).rows, [100, 50]);
  press(view, "b", "/", ..."10.0.1.0/24", "enter");
  assertEquals(packetsOn(screenOf(view)).rows, [50]);
  press(view, "]");
  assertEquals(packetsOn(screenOf(view)).rows, [70, 60]);
});
