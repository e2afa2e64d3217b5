/** What a report computes from records, and its formats. */
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseArguments } from "../../src/cli/arguments.ts";
import { helpText } from "../../src/cli/help_text.ts";
import { commands } from "../../src/commands/all.ts";
import { command } from "../../src/commands/report/report.ts";
import { EXIT, Failure } from "../../src/basics/errors.ts";
import { CountSum } from "../../src/report/counts.ts";
import { Problems } from "../../src/report/problems.ts";
import { parseTime } from "../../src/report/record_time.ts";
import { SumColumn } from "../../src/report/sum_columns.ts";
import { reportCsv } from "../../src/report/format_csv.ts";
import { reportJsonl } from "../../src/report/format_jsonl.ts";
import type { Report, ReporterOptions } from "../../src/report/reporter.ts";
import { reportHtml } from "../../src/report/format_html.ts";
import { percentOf } from "../../src/basics/share.ts";
import { SeriesColumns } from "../../src/report/series.ts";
import { isIncomplete } from "../../src/report/sentences.ts";
import { reportText } from "../../src/report/format_text.ts";
import { madeLines, reportOnFiles, T0 } from "../lib/made_captures.ts";
import { generator } from "../lib/random.ts";

const HOUR = 3_600_000;
const NONE = new Problems();

function reportOf(
  lines: string[],
  options: Partial<ReporterOptions> = {},
): Report {
  return reportOnFiles({ "x.jsonl": lines }, options).report;
}

const A = { host: "a" }, B = { host: "b" };
const LINES = [
  ...madeLines({
    ...A,
    run: "r1",
    windows: [{ "10.0.0.1": 5, "10.0.0.2": 1 }, { "10.0.0.1": 6 }],
  }),
  ...madeLines({
    ...A,
    run: "r2",
    start: T0 + HOUR,
    windows: [{ "10.0.0.2": 3 }],
  }),
  ...madeLines({ ...B, run: "r3", windows: [{ "10.0.0.1": 4 }] }),
];
/** With one packet of each tick that is not IP. */
const TOTAL = 19n + 4n;

Deno.test("groups: packets, first and last time, and the busiest minute of one interface", () => {
  const [first, second, ...rest] = reportOf(LINES).groups;
  assertEquals(first, {
    by: "source",
    key: "10.0.0.1",
    packets: 15n,
    bytes: 1500n,
    firstSeen: T0,
    lastSeen: T0 + 2000,
    busiestMinute: T0,
    busiestPackets: 11n, // of host a; host b's four are another interface's
  });
  assertEquals([second!.key, second!.packets, second!.lastSeen], [
    "10.0.0.2",
    4n,
    T0 + HOUR + 1000,
  ]);
  assertEquals(rest, []);
});

Deno.test("groups by hour, host and interface", () => {
  const keys = (by: ReporterOptions["by"]) =>
    reportOf(LINES, { by }).groups.map(({ key, packets }) => [key, packets]);
  assertEquals(keys("hour"), [["2026-03-01T00:00Z", 19n], [
    "2026-03-01T01:00Z",
    4n,
  ]]);
  assertEquals(keys("host"), [["a", 18n], ["b", 5n]]);
  assertEquals(keys("interface"), [["a eth0", 18n], ["b eth0", 5n]]);
});

Deno.test("captures by the packets inside tunnels are apart from others, and named", () => {
  const made = { windows: [{ "10.0.0.1": 5 }, { "10.0.0.1": 2 }] };
  const plain = madeLines({ run: "p", ...made });
  const inner = madeLines({ run: "i", start: T0 + 2000, ...made })
    .map((line) => line.replace('"in"', '"in","inner":"vxlan:4789"'));
  const alone = reportOnFiles({ x: inner });
  assertEquals(alone.report.bys, ["source inside tunnels"]);
  const json = reportJsonl(alone.report, NONE);
  assertStringIncludes(json, '{"type":"row","source":"10.0.0.1","packets":7,');
  for (const by of [undefined, ["source"]] as const) {
    const options = by === undefined ? {} : { by };
    const { report, problems } = reportOnFiles({ plain, inner }, options);
    assertEquals(
      report.groups.map(({ by, packets }) => [by, packets]),
      [["source", 7n], ["source inside tunnels", 7n]],
    );
    assertEquals(isIncomplete(report, problems), true);
  }
});

Deno.test("a field that some captures do not count by: its rows are apart, and exit code 8", () => {
  const windows = [{ "10.0.0.1,443": 5 }];
  const flow = madeLines({ run: "f", by: "source,port", windows });
  const plain = madeLines({
    run: "p",
    start: T0 + 1000,
    windows: [{ "10.0.0.1": 2 }],
  });
  for (
    const [by, rows] of [
      [["port"], [["443", 5n], ["?", 2n]]],
      [["source"], [["10.0.0.1", 7n]]],
    ] as const
  ) {
    const { report, problems } = reportOnFiles({ flow, plain }, { by });
    const found = report.groups.map(({ key, packets }) => [key, packets]);
    assertEquals(found.map(String), rows.map(String));
    const isUnknown = by[0] === "port";
    assertEquals(isIncomplete(report, problems), isUnknown);
    const text = reportText(report, problems);
    assertEquals(
      text.includes("Unknown: some captures do not count by port"),
      isUnknown,
    );
  }
});

Deno.test("two runs of the very same time overlap, however short they are", () => {
  const made = { length: 3, windows: [{ "10.0.0.1": 5 }] };
  const files = Object.fromEntries(
    ["a", "b"].map((run) => [run, madeLines({ run, ...made })]),
  );
  const { report } = reportOnFiles(files);
  assertEquals(report.interfaces[0]!.overlaps.count, 1);
});

const BYS = ["source", "destination", "source,protocol", "source,port"];

Deno.test("captures that count by different things: their rows are apart and named, exit 8", () => {
  const windows = [{ a: 5, b: 1 }, { a: 2 }];
  /** The same text for each field. */
  const keyOf = (by: string, text: string) => by.replaceAll(/[^,]+/g, text);
  const runs = BYS.map((by, at) =>
    madeLines({
      by,
      run: `r${at}`,
      start: T0 + at * 2000,
      windows: windows.map((window) =>
        Object.fromEntries(
          Object.entries(window).map(([key, n]) => [keyOf(by, key), n]),
        )
      ),
    })
  );
  for (const [at, by] of BYS.entries()) {
    const found = reportOnFiles({ x: runs[at]! });
    assertEquals(isIncomplete(found.report, found.problems), false);
    const text = reportText(found.report, NONE);
    assertStringIncludes(text, `\n${by.toUpperCase()}  `);
    assertMatch(text, new RegExp(`^${keyOf(by, "a")} +7 `, "m"));
    assertEquals(found.report.groups.map((row) => row.by), [by, by]);
  }
  const all = reportOnFiles({ x: runs.flat() }, { hasSeries: true });
  const expected = BYS.flatMap((by) => [
    [by, keyOf(by, "a"), 7n],
    [by, keyOf(by, "b"), 1n],
  ]);
  const rows = all.report.groups.map(({ by, key, packets }) => [
    by,
    key,
    packets,
  ]);
  assertEquals(new Set(rows.map(String)), new Set(expected.map(String)));
  assertEquals(rows.length, expected.length);
  assertEquals(isIncomplete(all.report, all.problems), true);
  const texts = [reportText, reportHtml].map((write) =>
    write(all.report, all.problems)
  );
  for (const text of texts) {
    for (const by of BYS) {
      assertStringIncludes(text, `${keyOf(by, "a")} (${by})`);
    }
    assertStringIncludes(text, "Mixed: the captures count by ");
  }
  assertStringIncludes(reportCsv(all.report), '\n"source,port","a,a",7,');
  assertStringIncludes(reportCsv(all.report), "by,key,packets,");
  const json = reportJsonl(all.report, NONE);
  assertStringIncludes(json, '{"type":"row","destination":"a","packets":7,');
  assertStringIncludes(json, '"incomplete":true');
  // Within one run it is a conflict, and one of them counts in whatever order.
  const one = madeLines({ run: "r", windows });
  const other = madeLines({ run: "r", by: "destination", windows });
  const bent = [...one.slice(0, 2), ...other.slice(2, 3), ...one.slice(3)];
  const [first, ...more] = [bent, bent.toReversed(), bent.toSorted()].map(
    (lines) => reportOnFiles({ x: lines }),
  );
  for (const found of more) assertEquals(found.report, first!.report);
  assertEquals(first!.problems.conflicts.count > 0, true);
});

Deno.test("a share is rounded to the nearest, and is 0 of nothing", () => {
  const random = generator(9);
  for (let round = 0; round < 2000; round++) {
    const total = 1 + random(100_000);
    const packets = random(total + 1);
    const percent = percentOf(BigInt(packets), BigInt(total));
    assertEquals(
      Math.abs(percent - 100 * packets / total) < 0.005 + 1e-9,
      true,
      `${packets} of ${total}: ${percent}`,
    );
  }
  assertEquals(percentOf(2n, 3n), 66.67);
  assertEquals(percentOf(0n, 0n), 0);
});

Deno.test("--top hides rows and counts them; --since and --until limit the ticks", () => {
  const top = reportOf(LINES, { top: 1 });
  assertEquals([top.groups.length, top.hidden, top.sums.total.packets], [
    1,
    1,
    TOTAL,
  ]);
  assertEquals(reportOf(LINES, { since: T0 + HOUR }).sums.total.packets, 4n);
  assertEquals(reportOf(LINES, { until: T0 + 1000 }).sums.total.packets, 12n);
});

Deno.test("a report of complete captures says that nothing is missing", () => {
  const text = reportText(
    reportOf(
      madeLines({
        ...A,
        run: "r1",
        windows: [{ "10.0.0.1": 3, "10.0.0.2": 0 }],
      }),
    ),
    NONE,
  );
  assertStringIncludes(
    text,
    "1 tick of 1 interface on 1 host, 2026-03-01T00:00:00Z to 2026-03-01T00:00:01Z\n",
  );
  assertStringIncludes(
    text,
    "10.0.0.1        3  75.00%  300 B  2026-03-01T00:00:00Z",
  );
  assertStringIncludes(
    text,
    "Nothing is missing: no gap of a second or more, no incomplete run, no broken line\n",
  );
});

Deno.test("csv has the rows; jsonl has the rows and all the rest", () => {
  const report = reportOf(LINES, { top: 1 });
  assertEquals(
    reportCsv(report),
    "source,packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets\r\n" +
      "10.0.0.1,15,1500,2026-03-01T00:00:00.000Z,2026-03-01T00:00:02.000Z,2026-03-01T00:00:00.000Z,11\r\n",
  );
  const lines = reportJsonl(report, NONE).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(lines.map(({ type }) => type), [
    "row",
    "interface",
    "interface",
    "summary",
  ]);
  assertEquals(lines[0].source, "10.0.0.1");
  assertEquals(lines[3].total, { packets: 23, bytes: 2300 });
});

Deno.test("sums are exact above 2^53, also of strings", () => {
  const column = new SumColumn();
  const random = generator(3);
  const sums = new Map<number, bigint>();
  for (let round = 0; round < 20_000; round++) {
    const row = random(6) * 1000;
    const digits = String(1 + random(9)).repeat(1 + random(40));
    const value = Number.isSafeInteger(Number(digits))
      ? Number(digits)
      : digits;
    column.add(row, value);
    sums.set(row, (sums.get(row) ?? 0n) + BigInt(value));
    const sum = new CountSum().add(value).add(row).add(Number.MAX_SAFE_INTEGER);
    assertEquals(
      sum.value,
      BigInt(value) + BigInt(row) + BigInt(Number.MAX_SAFE_INTEGER),
    );
    assertEquals(sum.equals(String(sum.value)), true);
    assertEquals(sum.equals(String(sum.value + 1n)), false);
  }
  for (const [row, sum] of sums) assertEquals(column.get(row), sum);
  const rows = [...sums.keys()];
  const ordered = rows.toSorted((a, b) => column.compare(a, b));
  const exact = rows.toSorted((a, b) => sums.get(a)! < sums.get(b)! ? -1 : 1);
  assertEquals(ordered, exact);
  assertEquals(column.get(9), 0n);
});

Deno.test("times: what is no moment of the calendar is refused", () => {
  for (
    const text of [
      "2026-02-30T00:00:00.000Z",
      "2026-03-01T24:00:00.000Z",
      "2026-03-01T23:59:60.000Z",
      "2026-13-01T00:00:00.000Z",
      "2026-00-01T00:00:00.000Z",
      "2026-03-01T00:00:00.000",
      "2026-03-01T00:00:00.000+01:00",
      "2026-03-01T00:00:00.Z",
      "2026-03-01 00:00:00.000Z",
      "+275760-09-13T00:00:00.001Z",
      "20260-03-01T00:00:00.000Z",
      "2026-03-01",
      "",
      1,
      null,
      ["2026-03-01T00:00:00.000Z"],
    ]
  ) assertEquals(parseTime(text), NaN, String(text));
  const random = generator(5);
  for (let round = 0; round < 5000; round++) {
    const time = random(2 ** 31) * 117_000 + random(1000);
    assertEquals(parseTime(new Date(time).toISOString()), time);
  }
  assertEquals(parseTime("2024-02-29T12:00:00Z"), Date.UTC(2024, 1, 29, 12));
});

Deno.test("the command line of report", async () => {
  const parse = (line: string) =>
    parseArguments(line.split(" "), command.options);
  const { values, operands } = parse("a.jsonl -");
  assertEquals([...operands], ["a.jsonl", "-"]);
  assertEquals(values as unknown, {
    top: 20,
    by: undefined,
    since: undefined,
    until: undefined,
    format: "text",
    names: [],
    mmdb: [],
    isHelp: false,
  });
  const other = parse(
    "--since 2026-03-01 --until 2026-03-01T12:30+01:00 --by hour --top=0 x",
  ).values;
  assertEquals([other.since, other.until, other.by, other.top], [
    { time: T0, isAgo: false },
    { time: T0 + 11.5 * HOUR, isAgo: false },
    "hour",
    0,
  ]);
  const times = {
    "2026-03-01T12:00Z": 12,
    "2026-03-01 12:00": 12,
    "2026-03-01 12:00:00.5+02:00": 10 + 0.5 / 3600,
    "2024-02-29": (Date.UTC(2024, 1, 29) - T0) / HOUR,
  };
  for (const [text, hours] of Object.entries(times)) {
    const { since } = parseArguments(["--since", text], command.options).values;
    assertEquals(since, { time: T0 + hours * HOUR, isAgo: false }, text);
  }
  const weeks = ["1w", "7d", "168h"].map((text) =>
    parse(`--since ${text} x`).values.since!
  );
  const [week] = weeks;
  for (const { time, isAgo } of weeks) {
    assertEquals([isAgo, Math.abs(time - week!.time) < HOUR], [true, true]);
  }
  for (
    const text of ["2026-02-30", "2025-02-29T00:00Z", "2026-13-01", "1y", "x"]
  ) {
    assertThrows(() => parse(`--since ${text} x`), Failure, "give a date like");
  }
  for (
    const [line, why] of [
      ["--by size x", "name one of hour, host, interface, or fields: source, "],
      ["--since yesterday x", "give a date like"],
      ["--top -1 x", "whole number"],
      ["--frmat csv x", "did you mean --format?"],
    ] as const
  ) {
    const failure = assertThrows(() => parse(line), Failure, why);
    assertEquals(failure.exitCode, EXIT.usage);
  }
  await assertRejects(
    () => command.run({ values, operands: [] }, commands),
    Failure,
    "no capture is named",
  );
  const backwards = parse("--since 2026-03-02 --until 2026-03-01 x");
  const failure = await assertRejects(
    async () => await command.run(backwards, commands),
    Failure,
    "Cannot report from 2026-03-02T00:00:00Z to 2026-03-01T00:00:00Z: --since is not before --until",
  );
  assertEquals(failure.exitCode, EXIT.usage);
});

Deno.test("the help of report says what its times and its exit code are", () => {
  for (const isFull of [false, true]) {
    const help = helpText(command, isFull, ["watch", "report"]);
    assertStringIncludes(help, "Times are UTC.");
    assertStringIncludes(help, `Exit code ${EXIT.incomplete}: `);
  }
});

Deno.test("html: one page that loads nothing, with every row and what is missing", () => {
  const killed = madeLines({
    host: "<b>&",
    run: "r9",
    windows: [{ "10.0.0.3": 1 }],
  }).slice(0, -1);
  const report = reportOf([...LINES, ...killed], { hasSeries: true });
  const page = reportHtml(report, NONE);
  assertEquals(/\b(src|href)=|url\(|@import|https?:/.test(page), false);
  assertEquals(page.match(/<tr>/g)?.length, 1 + report.groups.length);
  assertEquals(page.match(/<polyline /g)?.length, 3);
  assertStringIncludes(page, "Gaps: a eth0: 1 gap, 2 captures");
  assertStringIncludes(page, "Incomplete: &lt;b>&amp; eth0");
  assertEquals(page.includes("<b>& eth0"), false);
  assertStringIncludes(
    reportHtml(reportOf([]), NONE),
    "No ticks in these captures",
  );
});

Deno.test("what comes from outside is shown as text, in every format", () => {
  const odd = "\x1b[31m\x9b1m\x7f\u202eevil\u2028\u200b\r\ttab";
  const lines = madeLines({
    run: odd,
    host: odd,
    interface: odd,
    windows: [{ [odd]: 2 }],
  }).slice(0, -1);
  const { report, problems } = reportOnFiles(
    { [odd]: [...lines, lines[1]!, `{"${odd}`] },
    { hasSeries: true },
  );
  const raw = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;
  for (const by of [undefined, "host", "interface"] as const) {
    const { report } = reportOnFiles({ x: lines }, { by, hasSeries: true });
    assertEquals(raw.exec(reportText(report, problems)), null);
    assertStringIncludes(reportText(report, problems), "\\u202eevil");
  }
  for (const write of [reportText, reportHtml, reportJsonl]) {
    assertEquals(raw.exec(write(report, problems)), null, write.name);
  }
  const table = reportCsv(report).replaceAll("\r\n", "\n");
  assertEquals(raw.exec(table), null, table);
  const [row] = reportJsonl(report, problems).split("\n");
  assertEquals(JSON.parse(row!).source, odd);
});

Deno.test("packets over time: buckets widen without loss, in whatever order times come", () => {
  const series = new SeriesColumns();
  const times = [
    T0 + 5 * HOUR,
    T0,
    T0 + 30 * 24 * HOUR,
    T0 + 30,
    T0 - 24 * HOUR,
  ];
  for (const [at, time] of times.entries()) series.add(at % 2, time, at + 1);
  assertEquals(series.width, 6 * HOUR);
  const sumOf = (row: number) =>
    series.of(row).reduce((sum, { packets }) => sum + packets, 0);
  assertEquals([sumOf(0), sumOf(1)], [1 + 3 + 5, 2 + 4]);
  const first = series.of(1).find(({ packets }) => packets > 0);
  assertEquals(first, { time: T0, packets: 6 });
});
