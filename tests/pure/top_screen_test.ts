/** Drawing a screen: minimal updates, and what each kind of terminal supports. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  BOLD,
  colour,
  COLOURS,
  DIM,
  Frame,
  REVERSE,
} from "../../src/view/cells.ts";
import { difference } from "../../src/view/diff.ts";
import { depthOf, hasUnicode, isDumb, sgr } from "../../src/view/palette.ts";
import { bar, sparkline, UNICODE } from "../../src/view/spark.ts";
import { Vt } from "../lib/vt.ts";
import { from, Ticks, viewOf } from "./ticks.ts";

/** The cells of a terminal, in the form of a frame. */
function cellsOf({ characters, styles }: Frame): string[] {
  return characters.map((character, at) => {
    const style = sgr(styles[at]!, "256").slice(2, -1).replace(/^;/, "");
    return style + character;
  });
}

function random(): () => number {
  let state = 1;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

Deno.test("difference turns any frame into any other", () => {
  const next = random();
  const styles = [0, BOLD, DIM | colour("alarm"), REVERSE];
  const [width, height] = [23, 5];
  const vt = new Vt(width, height);
  let before: Frame | undefined;
  for (let round = 0; round < 500; round++) {
    const after = new Frame(width, height);
    if (before !== undefined && next() < 0.8) {
      after.characters.splice(0, width * height, ...before.characters);
      after.styles.set(before.styles);
    }
    for (let put = 0; put < next() * 8; put++) {
      const text = " abc▇…  ".repeat(3).slice(0, next() * 24);
      const style = styles[Math.floor(next() * styles.length)];
      after.put(
        Math.floor(next() * height),
        Math.floor(next() * width),
        text,
        style,
      );
    }
    vt.feed(difference(before, after, "256"));
    assertEquals(vt.cells, cellsOf(after), `round ${round}`);
    before = after;
  }
});

Deno.test("equal frames need no bytes; another size is drawn completely", () => {
  const frame = new Frame(20, 2);
  frame.put(0, 3, "text", BOLD);
  assertEquals(difference(frame, frame, "true"), "");
  const wider = new Frame(21, 2);
  wider.put(0, 3, "text", BOLD);
  const all = difference(frame, wider, "none");
  assertEquals(all, "\x1b[m\x1b[H\x1b[2J\x1b[1;4H\x1b[;1mtext\x1b[m");
  const other = new Frame(20, 2);
  other.put(0, 3, "test", BOLD);
  assertEquals(difference(frame, other, "none"), "\x1b[1;6H\x1b[;1ms\x1b[m");
});

for (const [width, height] of [[80, 24], [200, 50]] as const) {
  Deno.test(`a refresh of a steady screen of ${width}x${height} is under 5 kB`, () => {
    const next = random();
    const ticks = new Ticks();
    const view = viewOf(ticks);
    let before: Frame | undefined;
    const sizes = Array.from({ length: 90 }, () => {
      view.tick(
        ticks.next(
          Array.from(
            { length: 64 },
            (_, at) => from(at, Math.round(26_400 * (0.97 + 0.06 * next()))),
          ),
        ),
      );
      const after = view.frame(width, height);
      const text = difference(before, after, "true");
      before = after;
      return new TextEncoder().encode(text).length;
    });
    const refreshes = sizes.slice(1);
    const most = Math.max(...refreshes);
    assert(most < 5000, `${most} bytes; ${refreshes.join(" ")}`);
  });
}

Deno.test("the environment describes the terminal", () => {
  const TERM = "xterm";
  assertEquals(
    depthOf({ TERM, NO_COLOR: "1", COLORTERM: "truecolor" }),
    "none",
  );
  assertEquals(depthOf({ TERM, NO_COLOR: "", COLORTERM: "truecolor" }), "true");
  assertEquals(depthOf({ TERM: "xterm-256color" }), "256");
  assertEquals(depthOf({ TERM }), "16");
  assertEquals([isDumb({}), isDumb({ TERM: "dumb" }), isDumb({ TERM })], [
    true,
    true,
    false,
  ]);
  assertEquals(hasUnicode({ LANG: "de_DE.UTF-8" }), true);
  assertEquals(hasUnicode({ LC_ALL: "C", LANG: "C.utf8" }), false);
  assertEquals(hasUnicode({}), false);
});

Deno.test("without colours, only attributes are set", () => {
  for (const name of COLOURS) {
    assertEquals(sgr(colour(name) | BOLD, "none"), "\x1b[;1m");
    for (const depth of ["16", "256", "true"] as const) {
      assertMatch(sgr(colour(name), depth).slice(1), /^\[(;[\d;]+)?m$/);
    }
  }
});

Deno.test("sparklines and bars are drawn in eighths of a cell", () => {
  assertEquals(sparkline([NaN, 0, 0.01, 4, 8], 8, 1, UNICODE), ["  ▁▄█"]);
  assertEquals(sparkline([4, 6, 8], 8, 2, UNICODE), [" ▄█", "███"]);
  assertEquals(bar(0.5, 3, UNICODE), "█▌ ");
  assertEquals(bar(7, 2, UNICODE), "██");
});
