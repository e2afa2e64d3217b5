/** What a report computes from records, and its formats. */
import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseArguments } from "../../src/cli/arguments.ts";
import { commands } from "../../src/commands/all.ts";
import { command } from "../../src/commands/report/report.ts";
import { EXIT, Failure } from "../../src/basics/errors.ts";
import { SumColumn } from "../../src/report/sum_columns.ts";
import { reportCsv } from "../../src/report/format_csv.ts";
import { reportJsonl } from "../../src/report/format_jsonl.ts";
import {
  type Report,
  Reporter,
  type ReporterOptions,
} from "../../src/report/reporter.ts";
import { reportHtml } from "../../src/report/format_html.ts";
import { SeriesColumns } from "../../src/report/series.ts";
import { reportText } from "../../src/report/format_text.ts";

const NONE = { packets: 0, bytes: 0 };
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 2, 1);
const WHOLE = { count: 0, examples: [] };

const encode = (text: string) => new TextEncoder().encode(text);
const iso = (time: number) => new Date(time).toISOString();
const origin = (host: string, run: string) => ({
  schema: 1,
  host,
  run,
  interface: "eth0",
});

function tick(
  host: string,
  run: string,
  start: number,
  sources: Record<string, number>,
  untracked = 0,
) {
  const rows = Object.entries(sources).map(([ip, packets]) => ({
    ip,
    packets,
    bytes: packets * 100,
  }));
  const packets = rows.reduce((sum, row) => sum + row.packets, untracked);
  return {
    ...origin(host, run),
    type: "tick",
    start: iso(start),
    end: iso(start + 1000),
    total: { packets, bytes: packets * 100 },
    sources: rows,
    others: NONE,
    untracked: { packets: untracked, bytes: untracked * 100 },
    nonIp: NONE,
    malformed: NONE,
  };
}

function run(
  host: string,
  name: string,
  start: number,
  windows: Record<string, number>[],
  end: object | null = {},
) {
  const ticks = windows.map((sources, at) =>
    tick(host, name, start + at * 1000, sources)
  );
  const last = start + windows.length * 1000;
  return [
    { ...origin(host, name), type: "start", start: iso(start) },
    ...ticks,
    ...(end === null ? [] : [{
      ...origin(host, name),
      type: "end",
      reason: "duration",
      start: iso(start),
      end: iso(last),
      complete: true,
      untracked: NONE,
      ...end,
    }]),
  ];
}

function reportOf(
  records: object[],
  options: Partial<ReporterOptions> = {},
): Report {
  const reporter = new Reporter({
    by: "source",
    top: 0,
    since: -Infinity,
    until: Infinity,
    ...options,
  });
  for (const record of records) {
    reporter.addLine(encode(JSON.stringify(record)));
  }
  return reporter.finish();
}

const RECORDS = [
  ...run("a", "r1", T0, [{ "10.0.0.1": 5, "10.0.0.2": 1 }, { "10.0.0.1": 6 }]),
  ...run("a", "r2", T0 + HOUR, [{ "10.0.0.2": 3 }]),
  ...run("b", "r3", T0, [{ "10.0.0.1": 4 }]),
];

Deno.test("groups: packets, first and last time, and the busiest minute of one interface", () => {
  const [first, second, ...rest] = reportOf(RECORDS).groups;
  assertEquals(first, {
    key: "10.0.0.1",
    packets: 15n,
    bytes: 1500n,
    firstSeen: T0,
    lastSeen: T0 + 2000,
    busiestMinute: T0,
    busiestPackets: 11, // of host a; host b's four are another interface's
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
    reportOf(RECORDS, { by }).groups.map(({ key, packets }) => [key, packets]);
  assertEquals(keys("hour"), [["2026-03-01T00:00Z", 16n], [
    "2026-03-01T01:00Z",
    3n,
  ]]);
  assertEquals(keys("host"), [["a", 15n], ["b", 4n]]);
  assertEquals(keys("interface"), [["a eth0", 15n], ["b eth0", 4n]]);
});

Deno.test("--top hides rows and counts them; --since and --until limit the ticks", () => {
  const top = reportOf(RECORDS, { top: 1 });
  assertEquals([top.groups.length, top.hidden, top.sums.total.packets], [
    1,
    1,
    19n,
  ]);
  assertEquals(reportOf(RECORDS, { since: T0 + HOUR }).sums.total.packets, 3n);
  assertEquals(reportOf(RECORDS, { until: T0 + 1000 }).sums.total.packets, 10n);
});

Deno.test("the report names gaps, runs without an end, incomplete and untracked counts", () => {
  const report = reportOf([
    ...RECORDS,
    ...run("a", "r4", T0 + 2 * HOUR, [{}], null),
    ...run("a", "r5", T0 + 3 * HOUR, [{}], {
      complete: false,
      untracked: { packets: 7, bytes: 700 },
    }),
    ...run("b", "r6", T0 + 1000, [{}], { reason: "interface-gone" }),
  ]);
  const [a, b] = report.interfaces;
  assertEquals([a!.captures, a!.gaps, a!.longestGap], [4, 3, {
    from: T0 + HOUR + 1000,
    to: T0 + 2 * HOUR,
  }]);
  assertEquals([b!.captures, b!.gaps], [2, 0]);
  assertEquals(report.incomplete.map(({ run, why }) => [run, why]), [
    ["r6", "it was cut short (interface-gone)"],
    ["r4", "it has no end record: killed, or still running"],
    ["r5", "its counts are incomplete, 7 packets are untracked"],
  ]);
  const text = reportText(report, { count: 2, examples: ["x.jsonl:3: bad"] });
  assertStringIncludes(
    text,
    "Gaps: a eth0: 3 gaps between 4 captures, 0.0% of the time is covered; the longest is 2026-03-01T01:00:01Z to 2026-03-01T02:00:00Z\n",
  );
  assertStringIncludes(
    text,
    "Incomplete: a eth0 from 2026-03-01T02:00:00Z (run r4): it has no end record",
  );
  assertStringIncludes(text, "Broken: 2 lines\n  x.jsonl:3: bad\n");
});

Deno.test("a report of complete captures says that nothing is missing", () => {
  const text = reportText(
    reportOf(run("a", "r1", T0, [{ "10.0.0.1": 3, "10.0.0.2": 1 }])),
    WHOLE,
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
    "Nothing is missing: no gap, no incomplete run, no broken line\n",
  );
});

Deno.test("csv has the rows; jsonl has the rows and all the rest", () => {
  const report = reportOf(RECORDS, { top: 1 });
  assertEquals(
    reportCsv(report),
    "source,packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets\r\n" +
      "10.0.0.1,15,1500,2026-03-01T00:00:00.000Z,2026-03-01T00:00:02.000Z,2026-03-01T00:00:00.000Z,11\r\n",
  );
  const lines = reportJsonl(report).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(lines.map(({ type }) => type), [
    "row",
    "interface",
    "interface",
    "summary",
  ]);
  assertEquals(lines[0].source, "10.0.0.1");
  assertEquals(lines[3].total, { packets: 19, bytes: 1900 });
});

Deno.test("a line that is not a record is refused, and counts nothing", () => {
  const reporter = new Reporter({
    by: "source",
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const half = {
    ...tick("a", "r", T0, { "10.0.0.1": 5 }),
    malformed: undefined,
  };
  for (
    const line of ["", "{", "[]", "null", '{"schema":2}', JSON.stringify(half)]
  ) {
    assertThrows(() => reporter.addLine(encode(line)), SyntaxError);
  }
  assertEquals([reporter.finish().ticks, reporter.finish().groups.length], [
    0,
    0,
  ]);
});

Deno.test("sums are exact above 2^53, also of strings", () => {
  const column = new SumColumn();
  const most = Number.MAX_SAFE_INTEGER;
  for (let time = 0; time < 3; time++) column.add(5000, most);
  column.add(5000, "9007199254740993");
  assertEquals(column.get(5000), 3n * BigInt(most) + 9007199254740993n);
  assertEquals(column.get(9), 0n);
});

Deno.test("the command line of report", async () => {
  const parse = (line: string) =>
    parseArguments(line.split(" "), command.options);
  const { values, operands } = parse("a.jsonl -");
  assertEquals([...operands], ["a.jsonl", "-"]);
  assertEquals(values as unknown, {
    top: 20,
    by: "source",
    since: undefined,
    until: undefined,
    format: "text",
    isHelp: false,
  });
  const other = parse(
    "--since 2026-03-01 --until 2026-03-01T12:30+01:00 --by hour --top=0 x",
  ).values;
  assertEquals([other.since, other.until, other.by, other.top], [
    T0,
    T0 + 11.5 * HOUR,
    "hour",
    0,
  ]);
  for (
    const [line, why] of [
      ["--by size x", "give source, hour, host or interface"],
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
});

Deno.test("html: one page that loads nothing, with every row and what is missing", () => {
  const report = reportOf([
    ...RECORDS,
    ...run("<b>&", "r9", T0, [{ "10.0.0.3": 1 }], null),
  ], { hasSeries: true });
  const page = reportHtml(report, WHOLE);
  assertEquals(/\b(src|href)=|url\(|@import|https?:/.test(page), false);
  assertEquals(page.match(/<tr>/g)?.length, 1 + report.groups.length);
  assertEquals(page.match(/<polyline /g)?.length, 3);
  assertStringIncludes(page, "Gaps: a eth0: 1 gap between 2 captures");
  assertStringIncludes(page, "Incomplete: &lt;b>&amp; eth0");
  assertEquals(page.includes("<b>& eth0"), false);
  assertStringIncludes(
    reportHtml(reportOf([]), WHOLE),
    "No ticks in these captures",
  );
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
