/** The view of `top`: what it shows, and what each key does. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { KEY_HELP } from "../../src/view/help.ts";
import type { View } from "../../src/view/view.ts";
import { generator } from "../lib/random.ts";
import { v6 } from "./lists.ts";
import { addresses, cursorOf, from, linesOf, Ticks, viewOf } from "./ticks.ts";

function press(view: View, ...keys: string[]): void {
  for (const key of keys) view.press(key);
}

function type(view: View, text: string): void {
  press(view, ...text, "enter");
}

Deno.test("a screen has the header, rows with exact numbers, and the record's total", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 750), from(2, 250)], [v6(1, 1000, 1_000_000)]));
  const lines = linesOf(view.frame(80, 24));
  assertMatch(
    lines[0]!,
    /^ xdptally eth0 {2}native mode {2}every 1s {2}web1 .*Z$/,
  );
  assertEquals(
    lines[1],
    "2,000 packets/s  8.80 Mbit/s  3 sources  3 new/s  0 untracked in the run",
  );
  assertEquals(
    lines[2],
    "books balance  2,000 = 2,000 in rows + 0 untracked + 0 non-IP + 0 malformed",
  );
  assertMatch(
    lines[6]!,
    /^ADDRESS +PACKETS\/S +BIT\/S +SHARE +TREND$/,
  );
  assertMatch(
    lines[7]!,
    /^2001:db8::1 +1,000 +8.00 M +50.0% █+ +▇$/,
  );
  assertMatch(lines[8]!, /^10.0.0.1 +750 +600 k +37.5% █+▊ +▇$/);
  assertMatch(lines[21]!, /^0 more +0 +0 +0.0%$/);
  assertMatch(lines[22]!, /^total +2,000 +8.80 M +100.0% +1-3 of 3$/);
  const wide = linesOf(view.frame(120, 24));
  assertMatch(wide[6]!, /^ADDRESS .* TOTAL +TREND +FIRST SEEN$/);
  assertMatch(wide[8]!, /^10.0.0.1 .* 750 +▇ +22:13:20$/);
  assertMatch(lines[23]!, /^q quit {2}\? help/);
});

Deno.test("books that do not balance are reported for the rest of the run", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 5)], [], 3));
  view.tick(ticks.next([from(1, 5)]));
  const lines = linesOf(view.frame(80, 24));
  assertStringIncludes(lines[0]!, "BOOKS DO NOT BALANCE");
  assertStringIncludes(lines[2]!, "1 of 2 ticks do not balance");
  assertMatch(lines[22]!, /^total +5 /, "the tick's own total");
});

Deno.test("rows stay in place under noise, and move when their rate changes", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 1000), from(2, 990), from(3, 980)]));
  const before = addresses(view);
  assertEquals(before, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  for (let tick = 0; tick < 50; tick++) {
    const tremble = (base: number) =>
      Math.round(base * (1 + 0.04 * Math.sin(tick * base)));
    view.tick(ticks.next([
      from(1, tremble(1000)),
      from(2, tremble(990)),
      from(3, tremble(980)),
    ]));
    assertEquals(addresses(view), before, `tick ${tick}`);
  }
  for (const factor of [2, 5, 1, 0.3]) { // all get faster, or slower
    const rates = [1003, 1001, 1002].map((rate) => Math.round(rate * factor));
    view.tick(ticks.next(rates.map((rate, at) => from(at + 1, rate))));
    assertEquals(addresses(view), before, `times ${factor}`);
  }
  for (let tick = 0; tick < 5; tick++) {
    view.tick(ticks.next([from(1, 1000), from(2, 990), from(3, 5000)]));
  }
  assertEquals(addresses(view), ["10.0.0.3", "10.0.0.1", "10.0.0.2"]);
});

Deno.test("a source that stops keeps its row for ten seconds, and stays in the total", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 1000), from(2, 10)]));
  for (let tick = 0; tick < 9; tick++) view.tick(ticks.next([from(2, 10)]));
  assertEquals(addresses(view).toSorted(), ["10.0.0.1", "10.0.0.2"]);
  view.tick(ticks.next([from(2, 10)]));
  assertEquals(addresses(view), ["10.0.0.2"]);
  press(view, "d");
  assertEquals(addresses(view), ["10.0.0.1", "10.0.0.2"]);
  assertMatch(
    linesOf(view.frame(80, 24))[7]!,
    /^10.0.0.1 +1,000 +100.0 kB +90.1%/,
  );
});

Deno.test("s sorts by packets, bytes, address and age", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  const big = { ...from(3, 10), bytes: 15_000 };
  view.tick(ticks.next([from(2, 100), big]));
  view.tick(ticks.next([from(2, 100), big, from(1, 50)]));
  const orders = Array.from({ length: 5 }, () => {
    const order = addresses(view).map((ip) => ip.slice(-1)).join("");
    press(view, "s");
    return order;
  });
  assertEquals(orders, ["213", "321", "123", "123", "213"]);
});

Deno.test("filters: by network, text and family; an invalid one gives a message", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 3), from(260, 2)], [v6(1, 1)]));
  press(view, "/");
  type(view, "10.0.1.0/24");
  assertEquals(addresses(view), ["10.0.1.4"]);
  const lines = linesOf(view.frame(80, 24));
  assertStringIncludes(lines[0]!, "only 10.0.1.0/24");
  assertStringIncludes(lines[22]!, "1-1 of 1 (of 3)");
  assertMatch(lines[7]!, /33.3%/, "of all packets");
  assertMatch(lines[21]!, /^subtotal +2 +1.60 k +33.3%$/);
  press(view, "/", "clear");
  type(view, "0.1");
  assertEquals(addresses(view), ["10.0.0.1", "10.0.1.4"]);
  press(view, "/", "clear");
  type(view, "10.0.0.0/33");
  assertEquals(
    linesOf(view.frame(80, 24))[23],
    'Cannot filter: "10.0.0.0/33" is not a network; give a prefix length from 0 to 32',
  );
  press(view, "/", "clear");
  type(view, "");
  press(view, "6");
  assertEquals(addresses(view), ["2001:db8::1"]);
  press(view, "4");
  assertEquals(addresses(view).length, 2);
  press(view, "4");
  assertEquals(addresses(view).length, 3);
});

Deno.test("a pause freezes the screen, and shows all that was counted when it ends", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 10)]));
  press(view, "p");
  const before = linesOf(view.frame(80, 24));
  assertStringIncludes(before[0]!, "PAUSED");
  view.tick(ticks.next([from(1, 7), from(2, 99)]));
  view.tick(ticks.next([from(1, 7)]));
  assertEquals(linesOf(view.frame(80, 24)), before);
  press(view, "p", "d");
  assertEquals(addresses(view), ["10.0.0.2", "10.0.0.1"]);
  assertStringIncludes(linesOf(view.frame(80, 24))[22]!, "123");
});

Deno.test("the cursor moves by rows and pages, with the screen behind it, up to the first and last row", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(
    ticks.next(Array.from({ length: 100 }, (_, at) => from(at, 1000 - 9 * at))),
  );
  const first = () => addresses(view)[0];
  const page = addresses(view).length;
  assertEquals(cursorOf(view), undefined);
  press(view, "down", "j");
  assertEquals([first(), cursorOf(view)], ["10.0.0.0", "10.0.0.1"]);
  press(view, "pagedown");
  assertEquals([first(), cursorOf(view)], ["10.0.0.2", `10.0.0.${1 + page}`]);
  press(view, "k", "up", "wheelup");
  assertEquals(cursorOf(view), `10.0.0.${page - 4}`);
  press(view, "G");
  assertEquals([first(), cursorOf(view)], [
    `10.0.0.${100 - page}`,
    "10.0.0.99",
  ]);
  press(view, "down", " ", "wheeldown", "end");
  assertEquals(cursorOf(view), "10.0.0.99");
  press(view, "g", "up", "pageup");
  assertEquals([first(), cursorOf(view)], ["10.0.0.0", "10.0.0.0"]);
  press(view, "escape");
  assertEquals(cursorOf(view), undefined);
});

Deno.test("the cursor stays on its source: rates, order, filter, resizes, the run", () => {
  const random = generator(3);
  const ticks = new Ticks();
  const view = viewOf(ticks);
  const some = () =>
    Array.from({ length: 60 }, (_, at) => from(at, 1 + random(10_000)));
  view.tick(ticks.next(some()));
  press(view, ..."jjjj");
  const address = cursorOf(view);
  for (let round = 0; round < 200; round++) {
    if (random(2) === 0) view.tick(ticks.next(some()));
    else press(view, ["s", "d", "p", "[", "]", "L", "4"][random(7)]!);
    const [width, height] = [40 + random(100), 12 + random(40)];
    assertEquals(cursorOf(view, width, height), address, `${round}`);
  }
});

Deno.test("+ and - step through the intervals, q quits, Ctrl-L redraws", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  assertEquals(view.press("+"), { kind: "interval", interval: 2000 });
  assertEquals(view.press("-"), { kind: "interval", interval: 1000 });
  const down = Array.from({ length: 4 }, () => view.press("-"));
  assertEquals(down.at(-2), { kind: "interval", interval: 100 });
  assertEquals(down.at(-1), undefined, "there is nothing shorter");
  assertEquals(view.press("q"), { kind: "quit" });
  assertEquals(view.press("redraw"), { kind: "redraw" });
  press(view, "?");
  assertEquals(view.press("q"), undefined, "q leaves the help");
});

Deno.test("each interface has a screen", () => {
  const [one, other] = [new Ticks("eth0"), new Ticks("wg0")];
  const view = viewOf(one);
  view.start(other.start);
  view.tick(one.next([from(1, 1)]));
  view.tick(other.next([from(2, 1)]));
  assertStringIncludes(linesOf(view.frame(80, 24))[0]!, "eth0 1/2");
  assertEquals(addresses(view), ["10.0.0.1"]);
  press(view, "tab");
  assertStringIncludes(linesOf(view.frame(80, 24))[0]!, "wg0 2/2");
  assertEquals(addresses(view), ["10.0.0.2"]);
});

Deno.test("a source without a row in the run disappears as soon as it is idle", () => {
  const ticks = new Ticks("eth0", 1000, 1);
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 9)]));
  view.tick(ticks.next([from(1, 9), from(2, 5)]));
  assertEquals(addresses(view), ["10.0.0.1", "10.0.0.2"]);
  assertStringIncludes(linesOf(view.frame(80, 24))[1]!, "5 untracked");
  view.tick(ticks.next([from(1, 9)]));
  assertEquals(addresses(view), ["10.0.0.1"]);
  press(view, "d");
  assertEquals(addresses(view), ["10.0.0.1"]);
});

Deno.test("every terminal size has a screen of single-width characters only", () => {
  for (const isAscii of [false, true]) {
    const ticks = new Ticks("ünsafe\x1b[2J寿");
    const view = viewOf(ticks, isAscii);
    view.say("a\x1b]0;title\x07b", true);
    view.tick(ticks.next([from(1, 1e6), from(2, 1)], [v6(1, 1)]));
    for (
      const [width, height] of [[1, 1], [10, 3], [40, 10], [80, 24], [300, 90]]
    ) {
      const { characters } = view.frame(width!, height!);
      const allowed = isAscii ? /^[\x20-\x7e]*$/ : /^[\x20-\x7e▁-▏…]*$/;
      assertMatch(characters.join(""), allowed);
      assertEquals(characters.length, width! * height!);
    }
  }
});

Deno.test("40x10 shows rates, shares, the total and the keys", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 750), from(2, 250)]));
  const lines = linesOf(view.frame(40, 10));
  assertStringIncludes(lines[1]!, "1,000 packets/s  800 kbit/s  2 sources");
  assertMatch(lines[4]!, /^10.0.0.1 +750 +600 k +75.0%$/);
  assertMatch(lines[8]!, /^total +1,000 +800 k +100.0%$/);
  assertMatch(lines[9]!, /^q quit/);
});

Deno.test("the help can be read on any screen, and any other key leaves it", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 5)]));
  for (const [width, height] of [[80, 24], [60, 12], [200, 60]] as const) {
    press(view, "?");
    const seen = new Set<string>();
    for (let line = 0; line < 40; line++) {
      for (const text of linesOf(view.frame(width, height))) seen.add(text);
      press(view, "j");
    }
    const all = [...seen].join("\n");
    for (const [keys] of KEY_HELP) assertStringIncludes(all, ` ${keys} `);
    assertStringIncludes(all, "untracked");
    press(view, "g");
    assertMatch(linesOf(view.frame(width, height)).join("\n"), /^ Esc +back/m);
    press(view, "x");
    assertEquals(addresses(view), ["10.0.0.1"]);
  }
});
