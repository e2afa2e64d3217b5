/** The column of names on the screen of `top`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Namer } from "../../src/view/namer.ts";
import { UNICODE } from "../../src/view/spark.ts";
import { View } from "../../src/view/view.ts";
import { v6 } from "./lists.ts";
import { from, linesOf, Ticks } from "./ticks.ts";

const LONG =
  "AS64500 A Name That Is Longer Than Most Screens Have Columns For It";

/** Of files 10.0.0.1 has a name, of DNS 10.0.0.2 and 10.0.0.3. */
function namer(hasFiles: boolean): Namer {
  const files: Record<string, string> = {
    "10.0.0.1": "web1",
    "2001:db8::1": LONG,
  };
  const dns: Record<string, string> = {
    "10.0.0.2": "host2",
    "10.0.0.3": "b\x1bad",
  };
  return {
    hasFiles,
    of: (place, hasDns) =>
      (hasFiles ? files[place] : undefined) ??
        (hasDns ? dns[place] : undefined) ?? "",
  };
}

function viewWith(hasFiles: boolean): View {
  const ticks = new Ticks();
  const view = new View({
    ...{ sort: "packets", by: ["source"], interval: 1000, glyphs: UNICODE },
    namer: namer(hasFiles),
  });
  view.start(ticks.start);
  view.tick(ticks.next([from(1, 50), from(2, 40), from(3, 30)], [v6(1, 20)]));
  return view;
}

/** The lines of the table, from its heads on. */
function table(view: View, width = 80): string[] {
  const lines = linesOf(view.frame(width, 24));
  return lines.slice(lines.findIndex((line) => line.startsWith("ADDRESS")));
}

Deno.test("without files there is no column of names until n asks DNS, and none after n again", () => {
  const view = viewWith(false);
  const before = table(view);
  assertEquals(before.join("\n").match(/NAME|host2/), null);
  assertEquals(view.press("n"), { kind: "dns", isOn: true });
  const [head, first, second] = table(view);
  assertMatch(head!, /^ADDRESS +NAME +PACKETS\/S/);
  assertMatch(first!, /^10\.0\.0\.1 +50 /);
  assertMatch(second!, /^10\.0\.0\.2 +host2 +40 /);
  assertEquals(view.press("n"), { kind: "dns", isOn: false });
  assertEquals(table(view), before);
});

Deno.test("names of files are always there, those of DNS after n, and nothing but text", () => {
  const view = viewWith(true);
  assertMatch(table(view)[1]!, /^10\.0\.0\.1 +web1 +50 /);
  assertEquals(table(view).join("\n").includes("host2"), false);
  view.press("n");
  const text = table(view).join("\n");
  assertMatch(text, /^10\.0\.0\.1 +web1 +50 .*\n10\.0\.0\.2 +host2 +40 /m);
  assertMatch(text, /^10\.0\.0\.3 +b\?ad +30 /m);
});

Deno.test("with names, rows fit every width, keep their counts, and long names are cut", () => {
  const view = viewWith(true);
  view.press("n");
  for (let width = 40; width <= 220; width++) {
    const lines = table(view, width);
    assert(lines.every((line) => line.length <= width), `${width}`);
    const [, address, packets] = /^(\S+) .*? 20 +([\d.]+ k|\S+) /
      .exec(lines.find((line) => line.startsWith("2001:db8::1"))!) ?? [];
    assertEquals(address, "2001:db8::1", `${width}`);
    assert(packets !== undefined, `${width}`);
  }
  for (const width of [80, 120, 200]) {
    const row = table(view, width).find((line) =>
      line.includes("2001:db8::1")
    )!;
    assertMatch(row, /^2001:db8::1 +AS64500 A Name[^…]*… +20 /);
  }
});

Deno.test("the addresses that are asked for are those of the screen, in its order", () => {
  const ticks = new Ticks();
  const view = new View({
    ...{ sort: "packets", by: ["source"], interval: 1000, glyphs: UNICODE },
  });
  view.start(ticks.start);
  const all = Array.from({ length: 100 }, (_, at) => from(at + 1, 1000 - at));
  view.tick(ticks.next(all));
  view.frame(80, 24);
  const shown = (first: number) =>
    Array.from(
      { length: view.placesInSight.length },
      (_, at) => `10.0.0.${first + at}`,
    );
  assert(view.placesInSight.length < 20);
  assertEquals(view.placesInSight, shown(1));
  view.press("end");
  view.frame(80, 24);
  assertEquals(view.placesInSight, shown(101 - view.placesInSight.length));
});
