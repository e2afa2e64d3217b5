/** What `top` exports is read by `report`: the same sums, and nothing said that is not so. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CaptureReading } from "../../src/commands/report/capture_reading.ts";
import { Problems } from "../../src/report/problems.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { isIncomplete, trust } from "../../src/report/sentences.ts";
import type { View } from "../../src/view/view.ts";
import { generator, type Random } from "../lib/random.ts";
import { v6 } from "./lists.ts";
import { from, linesOf, Ticks, viewOf } from "./ticks.ts";

const encoder = new TextEncoder();

function press(view: View, ...keys: string[]): void {
  for (const key of keys) view.press(key);
}

/** What the view exports: `s` the screen, `r` the run. */
function exported(view: View, what: "s" | "r"): { text: string; note: string } {
  press(view, "e");
  const asked = view.press(what);
  assert(asked?.kind === "askExport");
  view.askExport(asked.what, "x.jsonl");
  const effect = view.press("enter");
  assert(effect?.kind === "export");
  assertEquals(effect.path, "x.jsonl");
  return { text: effect.text, note: effect.note ?? "" };
}

/** What a report says of some files. */
function reportOn(...texts: string[]) {
  const reporter = new Reporter({ top: 0, since: -Infinity, until: Infinity });
  let problems: Problems;
  do {
    problems = new Problems();
    for (const [file, text] of texts.entries()) {
      const bytes = encoder.encode(text);
      let at = 0;
      const readSync = (into: Uint8Array) => {
        const part = bytes.subarray(at, at + into.length);
        into.set(part);
        at += part.length;
        return part.length === 0 ? null : part.length;
      };
      const reading = new CaptureReading(reporter);
      reading.read(`${file}`, { readSync }, problems, Infinity);
    }
  } while (reporter.startAgain(true));
  const report = reporter.finish();
  const lines = trust(report, problems);
  const rows = new Map(report.groups.map(({ key, packets }) => [key, packets]));
  return {
    lines,
    isIncomplete: isIncomplete(report, problems),
    ticks: report.ticks,
    total: report.sums.total,
    others: report.sums.others.packets,
    rows,
    sum: [...rows.values()].reduce((sum, packets) => sum + packets, 0n),
  };
}

function someOf(random: Random, most: number) {
  return Array.from(
    { length: random(most) },
    (_, at) => from(at * 3 + random(3), 1 + random(1000)),
  );
}

const NOTHING_MISSING = /^Nothing is missing/;
const A_SCREEN = /^Part: 1 screen of top/;

Deno.test("any screen: rows and others are the total of the tick, or of the run; it is called a part", () => {
  const random = generator(1);
  let cut = 0;
  for (let round = 0; round < 50; round++) {
    const ticks = new Ticks();
    const view = viewOf(ticks);
    for (let tick = 0; tick <= random(9); tick++) {
      view.tick(ticks.next(someOf(random, 200), [v6(1, 1 + random(50))]));
    }
    for (let key = 0; key < random(8); key++) {
      press(view, ["s", "d", "4", "6", "p", "[", "b", "j"][random(8)]!);
    }
    if (random(3) === 0) press(view, "/", ..."10.0.0.0/25", "enter");
    const total = linesOf(view.frame(120, 40))
      .find((line) => /^total/.test(line))!;
    const { lines, ticks: count, isIncomplete, ...read } = reportOn(
      exported(view, "s").text,
    );
    assertEquals([lines.length, count, isIncomplete], [1, 1, false]);
    assertMatch(lines[0]!, A_SCREEN);
    const shown = total.split(/ +/)[1]!.replaceAll(",", "");
    assertEquals(`${read.total.packets}`, shown);
    assertEquals(read.sum + read.others, read.total.packets);
    if (read.others > 0n) cut++;
  }
  assert(cut > 10, `${cut}`);
});

Deno.test("the run: all its ticks, its own sums, and nothing is missing", () => {
  const random = generator(2);
  for (let round = 0; round < 20; round++) {
    const ticks = new Ticks();
    const view = viewOf(ticks);
    const most = [90, 300][random(2)]!;
    const sums = new Map<string, bigint>();
    const count = 1 + random(30);
    for (let tick = 0; tick < count; tick++) {
      const rows = someOf(random, most);
      for (const { key, packets } of rows) {
        const name = key.join(".");
        sums.set(name, (sums.get(name) ?? 0n) + BigInt(packets));
      }
      view.tick(ticks.next(rows));
    }
    // Neither the filter nor the past narrows the run.
    if (random(2) === 0) press(view, "/", ..."10.0.0.7", "enter", "[", "[");
    const { text, note } = exported(view, "r");
    const read = reportOn(text);
    assertEquals([note, read.ticks, read.lines.length], ["", count, 1]);
    assertMatch(read.lines[0]!, NOTHING_MISSING);
    assertEquals(read.isIncomplete, false);
    const total = [...sums.values()].reduce((sum, one) => sum + one, 0n);
    assertEquals([read.total.packets, read.sum + read.others], [total, total]);
    const end = JSON.parse(text.trimEnd().split("\n").at(-1)!);
    assertEquals([end.type, end.reason, end.ticks], ["end", "so far", count]);
    const rows = end.sources.map((
      { ip, packets }: { ip: string; packets: number },
    ) => [ip, BigInt(packets)]);
    assertEquals(new Map(rows), sums);
    if (most === 90) assertEquals(read.rows, sums);
  }
});

Deno.test("exports of a run that goes on, in any order: each tick counts once, and the last says it all", () => {
  const random = generator(3);
  for (let round = 0; round < 12; round++) {
    const ticks = new Ticks();
    const view = viewOf(ticks);
    const texts: string[] = [];
    let total = 0n, count = 0;
    for (let part = 0; part < 4; part++) {
      for (let tick = 0; tick <= random(5); tick++, count++) {
        const record = ticks.next(someOf(random, 150));
        total += record.books.total.packets;
        view.tick(record);
      }
      texts.push(exported(view, "r").text);
    }
    texts.push(texts[random(4)]!);
    texts.sort(() => random(3) - 1);
    const read = reportOn(...texts);
    assertEquals([read.ticks, read.total.packets], [count, total]);
    assertEquals(read.isIncomplete, false, read.lines.join("\n"));
    for (const line of read.lines) assertMatch(line, /^(Nothing|Copies)/);
  }
});

Deno.test("a screen beside the run it is of is counted twice, and report says so", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  for (let tick = 0; tick < 5; tick++) view.tick(ticks.next([from(1, 10)]));
  const { lines, total } = reportOn(
    exported(view, "r").text,
    exported(view, "s").text,
  );
  assertEquals(total.packets, 60n);
  assertMatch(lines[0]!, A_SCREEN);
  assertMatch(
    lines[1]!,
    /^Overlap: web1 eth0: two runs at the same time, 1 time/,
  );
});

Deno.test("ticks that are not kept any more are named: on the screen and by report", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  for (let tick = 0; tick < 3700; tick++) view.tick(ticks.next([from(1, 10)]));
  const { text, note } = exported(view, "r");
  assertEquals(note, "without ticks 1 to 100, which are not kept any more");
  const read = reportOn(text);
  assertEquals([read.isIncomplete, read.total.packets], [true, 36_000n]);
  assertMatch(
    read.lines.join("\n"),
    /: ticks 1 to 100 are missing \(1000 packets by its end record\)$/m,
  );
});

Deno.test("books that do not balance stay so", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next([from(1, 10)], [], 3));
  for (const what of ["s", "r"] as const) {
    const { isIncomplete, lines } = reportOn(exported(view, what).text);
    assertEquals(isIncomplete, true);
    assertMatch(lines.join("\n"), /its counts are incomplete/);
  }
});

Deno.test("frames that were missed are those of the tick, or of the run", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  for (const [missed, all] of [[3n, 3n], [5n, 8n]] as const) {
    const record = ticks.next([from(1, 10)]);
    const snapshot = () => ({
      ...record.snapshot(),
      missed: all,
      complete: false,
    });
    view.tick({ ...record, complete: false, missed, snapshot });
  }
  const missedIn = (what: "s" | "r") =>
    exported(view, what).text.trimEnd().split("\n").slice(1)
      .map((line) => JSON.parse(line).missed);
  assertEquals(missedIn("s"), [5, 5]);
  assertEquals(missedIn("r"), [3, 5, 8]);
  press(view, "d");
  assertEquals(missedIn("s"), [8, 8]);
  press(view, "[");
  assertEquals(missedIn("s"), [3, 3]);
});

Deno.test("the question takes s, r and Enter; other keys close it, and so does Esc at the name", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  assertEquals(view.press("e"), undefined, "there is nothing yet");
  view.tick(ticks.next([from(1, 30)]));
  const footer = () => linesOf(view.frame(80, 24))[23]!;
  press(view, "e");
  assertMatch(
    footer(),
    /^Export: s what this screen shows, r the run up to here/,
  );
  for (const key of ["x", "escape", "up", "backspace"]) {
    assertEquals(view.press(key), undefined);
    assertMatch(footer(), /^q quit/);
    press(view, "e");
  }
  assertEquals(view.press("enter"), { kind: "askExport", what: "screen" });
  view.askExport("run", "x.jsonl");
  assertEquals(footer(), "Export the run to: x.jsonl");
  press(view, "backspace", "escape");
  assertMatch(footer(), /^q quit/);
});
