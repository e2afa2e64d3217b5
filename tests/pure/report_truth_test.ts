/** A report says "Nothing is missing" only when nothing is, and counts each record once. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { isIncomplete, trust } from "../../src/report/sentences.ts";
import { REPORT_FORMATS } from "../../src/report/formats.ts";
import type { ReporterOptions } from "../../src/report/reporter.ts";
import {
  madeLines,
  madeRecords,
  type Reported,
  reportOnFiles,
  T0,
} from "../lib/made_captures.ts";
import { generator } from "../lib/random.ts";

const NOTHING =
  "Nothing is missing: no gap of a second or more, no incomplete run, no broken line";
const WINDOWS = [3, 0, 5, 2].map((packets) => ({
  "10.0.0.1": packets,
  "2001:db8::1": 1,
}));

const verdict = ({ report, problems }: Reported) => trust(report, problems);
const fails = ({ report, problems }: Reported) =>
  isIncomplete(report, problems);

/** All formats of a report, to compare reports with. */
function textsOf({ report, problems }: Reported): string {
  return Object.values(REPORT_FORMATS)
    .map(({ write }) => write(report, problems)).join("\f");
}

/** Runs of two interfaces, in both directions, that share a UUID. */
const SESSION = [
  { interface: "eth0", direction: "in" },
  { interface: "eth0", direction: "out" },
  { interface: "eth1", direction: "in" },
] as const;

/** A capture whose runs are written line by line in turn; a second session follows. */
function interleaved(): string[] {
  const runs = [
    ...SESSION.map((side) =>
      madeLines({ ...side, run: "u1", windows: WINDOWS })
    ),
    ...SESSION.map((side) =>
      madeLines({ ...side, run: "u2", start: T0 + 4000, windows: WINDOWS })
    ),
  ];
  const turns = (some: string[][]) =>
    some[0]!.flatMap((_, at) => some.map((run) => run[at]!));
  return [...turns(runs.slice(0, 3)), ...turns(runs.slice(3))];
}

/** The lines as `jq -cS` writes them: fields in alphabetical order. */
function sorted(lines: readonly string[]): string[] {
  const inOrder = (_: string, value: unknown) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
        Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
      );
  return lines.map((line) => JSON.stringify(JSON.parse(line), inOrder));
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = generator(seed);
  const order = items.map((item) => ({ item, at: random(2 ** 30) }));
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

Deno.test("each line of a capture that is deleted in turn is noticed, and nothing else is", () => {
  const lines = interleaved();
  const whole = reportOnFiles({ "x.jsonl": lines });
  assertEquals([verdict(whole), fails(whole)], [[NOTHING], false]);
  for (const [at, line] of lines.entries()) {
    const { type, seq, interface: name, direction } = JSON.parse(line);
    const without = reportOnFiles({ "x.jsonl": lines.toSpliced(at, 1) });
    const [first, ...more] = verdict(without);
    assertEquals([fails(without), more], [true, []], line);
    const side = direction === "out" ? `${name} out` : name;
    assertStringIncludes(first!, `Incomplete: web1 ${side} from `);
    assertStringIncludes(
      first!,
      type === "tick"
        ? `: tick ${seq} is missing`
        : `: it has no ${type} record`,
    );
    assertEquals(without.report.incomplete.length, 1);
  }
});

Deno.test("a run that lacks every other tick of many has as many holes", () => {
  // What looked at all holes for each of them would not end.
  const COUNT = 20_000;
  const windows = Array.from({ length: COUNT }, () => WINDOWS[0]!);
  const whole = madeLines({ run: "u1", windows });
  const lines = whole.filter((line, at) =>
    at % 2 === 0 || !line.includes('"type":"tick"')
  );
  const missing = whole.length - lines.length;
  assert(missing >= COUNT / 2 - 1);
  const reported = reportOnFiles({ "x.jsonl": lines });
  assertEquals(reported.report.ticks, COUNT - missing);
  assertMatch(
    verdict(reported).join("\n"),
    new RegExp(`ticks .* and ${missing - 5} more ranges are missing`),
  );
});

Deno.test("each line of a capture that is doubled in turn is noticed, and counts once", () => {
  const lines = interleaved();
  const whole = reportOnFiles({ "x.jsonl": lines });
  for (const [at, line] of lines.entries()) {
    const more = reportOnFiles({ "x.jsonl": [...lines, line] });
    assertEquals(more.report, whole.report);
    assertEquals([fails(more), more.problems.doubled.count], [true, 1], line);
    assertStringIncludes(
      more.problems.doubled.examples[0]!,
      `x.jsonl:${lines.length + 1}: ${JSON.parse(line).type}`,
      String(at),
    );
  }
});

Deno.test("each count of a capture that is bent in turn is noticed, with its line", () => {
  const lines = interleaved();
  for (const [at, line] of lines.entries()) {
    for (const { index } of line.matchAll(/(?<="(?:packets|bytes)":)\d/g)) {
      const bent = line.slice(0, index) + (Number(line[index]) + 1) +
        line.slice(index + 1);
      const found = reportOnFiles({ "x.jsonl": lines.with(at, bent) });
      assert(fails(found), bent);
      assertEquals(found.problems.broken.count, 1, bent);
      const [example = ""] = found.problems.broken.examples;
      assertStringIncludes(example, `x.jsonl:${at + 1}: `);
      assertMatch(example, /its books do not balance: |do not add up/);
    }
  }
});

Deno.test("a tick that balances, but differs from what the end record says, is noticed", () => {
  const records = madeRecords({ run: "r", windows: WINDOWS });
  const tick = records[2];
  const sources = [{ ip: "10.0.0.9", packets: 7, bytes: 700 }];
  const changed = { ...tick, sources, total: { packets: 8, bytes: 800 } };
  const found = reportOnFiles({
    x: records.with(2, changed).map((record) => JSON.stringify(record)),
  });
  assertStringIncludes(
    verdict(found)[0]!,
    "its ticks do not add up to its end record (total)",
  );
  const ends = [
    [{ ticks: 3 }, "its end record says 3 ticks, but there is tick 4"],
    [{ ticks: 9 }, "ticks 5 to 9 are missing (0 packets by its end record)"],
    [{ complete: false }, "its counts are incomplete"],
    [{ reason: "interface-gone" }, "it was cut short (interface-gone)"],
  ] as const;
  for (const [end, why] of ends) {
    const run = reportOnFiles({
      x: madeLines({ run: "r", windows: WINDOWS, end }),
    });
    assertStringIncludes(verdict(run)[0]!, why);
    assert(fails(run));
  }
});

Deno.test("ticks whose sources add up to others than the end record's are noticed, where all are named", () => {
  const records = madeRecords({ run: "r", windows: WINDOWS });
  const reportOn = (all: unknown[]) =>
    verdict(reportOnFiles({ x: all.map((one) => JSON.stringify(one)) }));
  // Each change keeps the sums of each record: the books balance.
  const changes = [
    // deno-lint-ignore no-explicit-any
    (rows: any[]) => {
      rows[0] = { ...rows[0], packets: rows[0].packets + 1 };
      rows[1] = { ...rows[1], packets: rows[1].packets - 1 };
    },
    // deno-lint-ignore no-explicit-any
    (rows: any[]) => rows[1] = { ...rows[1], ip: "2001:db8::2" },
    // deno-lint-ignore no-explicit-any
    (rows: any[]) => {
      rows[0] = { ...rows[0], bytes: rows[0].bytes + 9 };
      rows[1] = { ...rows[1], bytes: rows[1].bytes - 9 };
    },
  ];
  const none = { sources: 0, packets: 0, bytes: 0 };
  for (const [at, record] of records.entries()) {
    if (record.type === "start") continue;
    for (const change of changes) {
      const sources = record.sources.map((row: unknown) => row);
      change(sources);
      const [first, ...more] = reportOn(
        records.with(at, { ...record, sources }),
      );
      assertStringIncludes(
        first!,
        ": its ticks do not add up to its end record (sources)",
      );
      assertEquals(more, []);
    }
    // With --top a record does not name all of them.
    const [{ packets, bytes }, ...rest] = record.sources;
    const others = { ...none, sources: 1, packets, bytes };
    const cut = records.with(at, { ...record, sources: rest, others });
    assertEquals(reportOn(cut), [NOTHING]);
  }
});

Deno.test("untracked packets, incomplete ticks and records of two hosts are named", () => {
  const records = madeRecords({ run: "r", windows: WINDOWS });
  const UNTRACKED = { packets: 2, bytes: 200, full: 2, noMemory: 0, busy: 0 };
  const cases = [
    [4, {
      untracked: UNTRACKED,
      total: {
        packets: records[4].total.packets + 2,
        bytes: records[4].total.bytes + 200,
      },
    }, "2 packets are untracked"],
    [2, { complete: false }, "its counts are incomplete"],
    [3, { host: "web2" }, "its records name several hosts: web1, web2"],
  ] as const;
  for (const [at, change, why] of cases) {
    const lines = records.slice(0, -1)
      .with(at, { ...records[at], ...change })
      .map((record) => JSON.stringify(record));
    const found = reportOnFiles({ x: lines });
    assertStringIncludes(
      verdict(found).find((line) => line.startsWith("Incomplete"))!,
      why,
    );
  }
});

Deno.test("the end record of a full table says untracked what the ticks have: nothing is missing", () => {
  const records = madeRecords({ run: "r", windows: [{ a: 3, b: 4 }] });
  const end = records[2];
  const untracked = { packets: 4, bytes: 400, full: 4, noMemory: 0, busy: 0 };
  const full = { ...end, sources: [end.sources[0]], untracked };
  const lines = [...records.slice(0, 2), full].map((one) =>
    JSON.stringify(one)
  );
  const found = reportOnFiles({ x: lines });
  assertEquals([verdict(found), fails(found)], [[NOTHING], false]);
  // Without the tick, only the end record says it.
  assertStringIncludes(
    verdict(reportOnFiles({ x: lines.toSpliced(1, 1) })).join("\n"),
    "4 packets are untracked",
  );
});

Deno.test("what is incomplete or untracked outside of the window is not the window's", () => {
  const records = madeRecords({ run: "r", windows: Array(9).fill({ a: 1 }) });
  const lost = { packets: 2, bytes: 200, full: 0, noMemory: 2, busy: 0 };
  const add = ({ packets, bytes }: { packets: number; bytes: number }) => ({
    packets: packets + 2,
    bytes: bytes + 200,
  });
  const bent = (at: number) => ({
    ...records[at],
    complete: at < 10 ? at !== 2 : false,
    untracked: at === 2 || at === 10 ? lost : records[at].untracked,
    total: at === 2 || at === 10 ? add(records[at].total) : records[at].total,
  });
  const lines = records.with(2, bent(2)).with(10, bent(10))
    .map((record) => JSON.stringify(record));
  const whole = reportOnFiles({ x: lines });
  assertStringIncludes(
    verdict(whole)[0]!,
    "its counts are incomplete, 2 packets are untracked",
  );
  const later = reportOnFiles({ x: lines }, { since: T0 + 2000 });
  assertEquals([verdict(later), fails(later)], [[NOTHING], false]);
  // No tick is incomplete: the end record speaks of a window that has none.
  const unread = records.with(10, bent(10)).with(2, {
    ...bent(2),
    complete: true,
  }).map((record) => JSON.stringify(record));
  const atEnd = reportOnFiles({ x: unread }, { since: T0 + 2000 });
  assertStringIncludes(verdict(atEnd)[0]!, "its counts are incomplete");
});

Deno.test("only what lies between --since and --until is missing", () => {
  const lines = madeLines({ run: "r", windows: Array(20).fill({ a: 1 }) });
  const inside = { since: T0 + 5000, until: T0 + 10_000 };
  // Ticks 6 to 10 count. What comes before and after may be gone.
  const [start, ...rest] = lines;
  const ticks = rest.slice(0, -1);
  const cases: [string[], Partial<ReporterOptions>, string][] = [
    [lines, inside, NOTHING],
    [ticks.slice(5, 10), inside, NOTHING],
    [ticks.slice(5, 11), inside, NOTHING],
    [[start!, ...ticks.slice(0, 10)], { until: T0 + 10_000 }, NOTHING],
    [[...ticks.slice(5), lines.at(-1)!], { since: T0 + 5000 }, NOTHING],
    [ticks.slice(6, 10), inside, "about tick 6 is missing"],
    [ticks.slice(8, 10), inside, "about ticks 6 to 8 are missing"],
    [ticks.slice(5, 9), inside, "no end record"],
    [ticks.slice(5, 8).concat(ticks.slice(9, 11)), inside, "tick 9 is missing"],
    [lines.toSpliced(3, 1), inside, NOTHING],
    [lines.toSpliced(15, 1), inside, NOTHING],
    [lines.slice(1), { until: T0 + 10_000 }, "no start record"],
    [lines.slice(0, -1), { since: T0 + 5000 }, "no end record"],
    [lines.slice(0, -1), { since: T0 + 60_000 }, "No ticks in this window"],
    [ticks.slice(10), { until: T0 - 1000 }, "No ticks in this window"],
  ];
  for (const [some, span, expected] of cases) {
    const found = verdict(reportOnFiles({ x: some }, span)).join("\n");
    assertStringIncludes(found, expected, JSON.stringify([some.length, span]));
    if (expected === NOTHING) assertEquals(found, NOTHING);
  }
});

Deno.test("ticks across the edges may be in another file, all others are missing", () => {
  // Ticks of 7 s, some of which lie across each minute.
  const windows = Array(40).fill({ a: 1 });
  const made = { run: "r", windows, length: 7000, firstLength: 2000 };
  const [start, ...rest] = madeLines(made);
  const ticks = rest.slice(0, -1);
  const times = ticks.map((line) => {
    const { start, end } = JSON.parse(line);
    return [Date.parse(start), Date.parse(end)] as const;
  });
  for (let from = 10_000; from < 100_000; from += 3517) {
    const span = { since: T0 + from, until: T0 + from + 60_000 };
    const whole = times.flatMap(([start, end], at) =>
      start >= span.since && end <= span.until ? [at] : []
    );
    const own = ticks.filter((_, at) => whole.includes(at));
    const files = { x: [start!, ...own, rest.at(-1)!] };
    const found = reportOnFiles(files, span);
    assertEquals(found.report.incomplete, [], `${from}`);
    // All ticks of the window but one: it is named, and no other.
    for (const [at, tick] of whole.entries()) {
      const without = own.toSpliced(at, 1);
      const lines = [start!, ...without, rest.at(-1)!];
      const [line = ""] = verdict(reportOnFiles({ x: lines }, span))
        .filter((line) => line.startsWith("Incomplete"));
      assertMatch(line, new RegExp(`tick ${tick + 1} is missing$`));
    }
  }
  // What its end record says is of the whole run.
  const some = [start!, ...ticks.toSpliced(20, 2), rest.at(-1)!];
  const lost = "ticks 21 to 22 are missing";
  const missing = (span: Partial<ReporterOptions>) =>
    verdict(reportOnFiles({ x: some }, span)).join("\n");
  assertStringIncludes(missing({}), `${lost} (4 packets by its end record)`);
  const inside = missing({ since: T0 + 5000 });
  assertStringIncludes(inside, lost);
  assertEquals(inside.includes("by its end record"), false);
});

Deno.test("a run that is still written lacks nothing up to --until, whatever its first tick's length", () => {
  const windows = Array(3).fill({ a: 1 });
  const made = { run: "r", windows, length: 60_000, firstLength: 5000 };
  const [start, first, second] = madeLines(made);
  const other = madeLines({
    run: "s",
    host: "web2",
    start: T0 - 60_000,
    windows,
  });
  const cases: [string[], number, boolean][] = [
    [[start!], 59_000, true],
    [[start!], 61_000, false],
    [[start!, first!], 64_000, true],
    [[start!, first!], 66_000, false],
    [[start!, first!, second!], 124_000, true],
    [[start!, first!, second!], 126_000, false],
  ];
  for (const [lines, until, isWhole] of cases) {
    const span = { until: T0 + until };
    const found = reportOnFiles({ x: [...lines, ...other] }, span);
    const ofRun = verdict(found).filter((line) => line.includes("web1"));
    assertEquals(ofRun.length === 0, isWhole, `${ofRun} ${until}`);
  }
});

Deno.test("what is doubled or differs outside of the window does not count", () => {
  const lines = madeLines({ run: "r", windows: Array(9).fill({ a: 1, b: 2 }) });
  const inside = { since: T0 + 3000, until: T0 + 6000 };
  for (const [at, line] of lines.entries()) {
    const isCounted = at >= 4 && at <= 6;
    const twice = reportOnFiles({ x: [...lines, line] }, inside);
    assertEquals(twice.problems.doubled.count, Number(isCounted));
    const bent = line.replaceAll(/"ip":"([ab])"/g, '"ip":"$1x"');
    for (const order of [[line, bent], [bent, line]]) {
      const x = lines.toSpliced(at, 1, ...order);
      const { problems } = reportOnFiles({ x }, inside);
      const count = Number(isCounted && bent !== line);
      assertEquals(problems.conflicts.count, count, `${at}`);
    }
    const broken = reportOnFiles({ x: [...lines, line.slice(1)] }, inside);
    assertEquals(broken.problems.broken.count, 1);
  }
});

Deno.test("edges of the window: what no tick covers there is a gap, by one tick's length", () => {
  const lines = madeLines({ run: "r", windows: Array(20).fill({ a: 1 }) });
  const other = madeLines({ host: "web2", run: "s", windows: [{ a: 1 }] });
  // Ticks of 1 s from T0 to T0 + 20 s. An edge may be off by less than a tick.
  const cases: [Partial<ReporterOptions>, string][] = [
    [{ since: T0 - 900, until: T0 + 20_900 }, NOTHING],
    [
      { since: T0 - 5000 },
      "1 gap, 1 capture, 80.0% of the time is covered; the longest is 2026-02-28T23:59:55Z to 2026-03-01T00:00:00Z, before run r",
    ],
    [
      { until: T0 + 40_000 },
      "1 gap, 1 capture, 50.0% of the time is covered; the longest is 2026-03-01T00:00:20Z to 2026-03-01T00:00:40Z, after run r",
    ],
    [
      { since: T0 + 10_000, coveredUntil: T0 + 30_000 },
      "1 gap, 1 capture, 50.0%",
    ],
    [{ since: T0 + 10_500, coveredUntil: T0 + 20_500 }, NOTHING],
  ];
  for (const [span, expected] of cases) {
    const found = reportOnFiles({ x: lines }, span);
    const [first = "", ...more] = verdict(found);
    assertStringIncludes(first, expected, JSON.stringify(span));
    assertEquals([more, fails(found)], [[], false]);
  }
  const late = { since: T0 + 10_000, until: T0 + 20_000 };
  const both = reportOnFiles({ x: [...lines, ...other] }, late);
  assertEquals(verdict(both), [
    "Gaps: web2 eth0: it has no tick in this window: it is not covered at all",
  ]);
  assertEquals(both.report.interfaces[0]!.covered, 10_000);
  for (const none of [[], lines]) {
    const found = reportOnFiles({ x: none }, { since: T0 + 50_000 });
    assertEquals(verdict(found)[0], "No ticks in this window");
    assert(fails(found));
  }
});

Deno.test("gaps: the same for every order, and between which runs", () => {
  const runs = [0, 10, 30].map((second, at) =>
    madeLines({ run: `r${at}`, start: T0 + second * 1000, windows: WINDOWS })
  );
  const lost = runs[1]!.toSpliced(2, 2); // ticks 2 and 3
  const expected =
    "Gaps: web1 eth0: 3 gaps, 3 captures, 29.4% of the time is covered; the longest is 2026-03-01T00:00:14Z to 2026-03-01T00:00:30Z, between runs r1 and r2";
  for (let seed = 1; seed < 30; seed++) {
    const lines = shuffled([...runs[0]!, ...lost, ...runs[2]!], seed);
    assertEquals(verdict(reportOnFiles({ x: lines }))[0], expected);
  }
  const [inside] = verdict(reportOnFiles({ x: lost }));
  assertStringIncludes(inside!, ", in run r1");
});

Deno.test("the same record counts once, from whatever file; copies are counted by file", () => {
  const lines = interleaved();
  const once = reportOnFiles({ a: lines });
  const spaced = lines.map((line) =>
    JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", " ")
  );
  for (
    const copy of [lines, lines.toReversed(), spaced, sorted(lines), [
      lines[3]!,
    ]]
  ) {
    const twice = reportOnFiles({ a: lines, b: copy, c: [] });
    assertEquals(twice.report, once.report);
    assertEquals(twice.problems.copies, [{ file: "b", count: copy.length }]);
    assertEquals(fails(twice), false);
  }
  // A record that is there in any of the files is not missing.
  const parts = reportOnFiles({
    a: lines.filter((_, at) => at % 2 === 0),
    b: lines.filter((_, at) => at % 2 === 1),
  });
  assertEquals(parts.report, once.report);
  assertEquals(verdict(parts), [NOTHING]);
});

Deno.test("a copy with other fields first, or other rows first, that was bent is a conflict wherever", () => {
  const lines = madeLines({ run: "r", windows: WINDOWS });
  const copies = [lines, sorted(lines)];
  for (const [at, line] of lines.entries()) {
    const record = JSON.parse(line);
    if (record.type === "start") continue;
    const sources = record.sources.toReversed();
    const turned = JSON.stringify({ ...record, sources });
    const same = reportOnFiles({ a: lines, b: [turned] });
    assertEquals([fails(same), same.problems.copies.length], [false, 1]);
    const [first, second] = sources;
    const rows = [
      { ...second, packets: second.packets + 1 },
      { ...first, packets: first.packets - 1 },
    ];
    const renamed = [{ ...first, ip: second.ip }, { ...second, ip: first.ip }];
    for (const bent of [rows, renamed, [second, { ...first, ip: "a" }]]) {
      const other = JSON.stringify({ ...record, sources: bent });
      for (const copy of copies) {
        const found = reportOnFiles({ a: copy, b: copy.with(at, other) });
        assertEquals(found.problems.conflicts.count, 1, other);
        assert(fails(found));
      }
    }
  }
});

Deno.test("records that differ: one counts, the same for every order, and it is named", () => {
  const records = madeRecords({ run: "r", windows: WINDOWS });
  const others = [1, 3, 5].map((at) => {
    const { untracked, nonIp, total, ...rest } = records[at];
    const bytes = nonIp.bytes + 50;
    return {
      ...rest,
      untracked,
      total: { packets: total.packets, bytes: total.bytes + 50 },
      nonIp: { packets: nonIp.packets, bytes },
    };
  });
  const lines = [...records, ...others].map((record) => JSON.stringify(record));
  const reports = Array.from(
    { length: 40 },
    (_, seed) => reportOnFiles({ x: shuffled(lines, seed + 1) }),
  );
  for (const found of reports) {
    assertEquals(found.problems.conflicts.count, 3);
    assert(fails(found));
    assertEquals(found.report, reports[0]!.report);
  }
  const inTwoFiles = reportOnFiles({ a: lines.slice(0, 6), b: lines.slice(6) });
  assertEquals(inTwoFiles.problems.conflicts.count, 3);
  assertEquals(inTwoFiles.report, reports[0]!.report);
});

Deno.test("runs at the same time on one name: both readings are said", () => {
  const run = (name: string, start: number) =>
    madeLines({ run: name, start, windows: WINDOWS });
  const found = reportOnFiles({
    a: run("r1", T0),
    b: run("r2", T0 + 1000),
    c: run("r3", T0 + 5000),
  });
  assertEquals(verdict(found), [
    "Overlap: web1 eth0: two runs at the same time, 1 time; the longest is 2026-03-01T00:00:01Z to 2026-03-01T00:00:04Z, runs r1 and r2: either two machines have this name, or one interface was counted twice, and its packets are here twice",
  ]);
  assertEquals(fails(found), false);
  assertEquals(found.report.interfaces[0]!.covered, 9000);
});

Deno.test("any order of lines gives the same texts, in every format", () => {
  const lines = [
    ...interleaved(),
    ...madeLines({ host: "web2", run: "u3", windows: WINDOWS }).toSpliced(2, 1),
    ...madeLines({ run: "u4", start: T0 + 90_000, windows: WINDOWS }),
  ];
  for (const by of [undefined, "hour", "host", "interface"] as const) {
    const options = { by, hasSeries: true };
    const expected = textsOf(reportOnFiles({ x: lines }, options));
    for (let seed = 1; seed < 20; seed++) {
      const found = reportOnFiles({ x: shuffled(lines, seed) }, options);
      assertEquals(textsOf(found), expected);
    }
  }
});
