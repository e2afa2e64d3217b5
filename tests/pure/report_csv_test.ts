/** CSV captures are read as JSON Lines are, and what they lack is named. */
import { parseFields } from "../../src/basics/keys.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { csv } from "../../src/formats/csv.ts";
import { csvField } from "../../src/basics/csv_field.ts";
import { CsvTicks } from "../../src/report/csv_ticks.ts";
import { FileProblems, Problems } from "../../src/report/problems.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { isIncomplete, trust } from "../../src/report/sentences.ts";
import {
  madeRecords,
  type MadeRun,
  reportOnFiles,
  T0,
} from "../lib/made_captures.ts";
import { generator } from "../lib/random.ts";

const RUNS: MadeRun[] = (["in", "out"] as const).map((direction) => ({
  run: "r",
  host: "=web1",
  direction,
  by: "source,protocol,port",
  windows: [
    { "a,tcp,1": 5, "10.0.0.1,tcp,443": 2 },
    {},
    { "-1,udp,2": 9, "a,tcp,1": 1 },
  ],
}));
const PLAIN: MadeRun = {
  run: "r",
  windows: [{ "10.0.0.1": 5, "::1": 2 }, {}, { "10.0.0.2": 9, "10.0.0.1": 1 }],
};

/** The rows of a run, as src/formats/csv.ts writes them. */
function rowsOf(made: MadeRun): string[] {
  return madeRecords(made).filter(({ type }) => type === "tick")
    .flatMap((record) => {
      const prefix = [
        record.start,
        record.end,
        csvField(record.host),
        record.direction === "out"
          ? `${record.interface}:out`
          : record.interface,
      ].join();
      const suffix = [record.run, record.seq, record.elapsed].join();
      // deno-lint-ignore no-explicit-any
      const row = (name: string, { packets, bytes }: any, key: string[]) =>
        [prefix, name, ...key, packets, bytes, "", "", suffix].join();
      const { by = "source" } = made;
      const fields = by === "source" ? ["ip"] : by.split(",");
      const none = fields.map(() => "");
      return [
        // deno-lint-ignore no-explicit-any
        ...record.sources.map((source: any) =>
          row("source", source, fields.map((name) => csvField(source[name])))
        ),
        ...["others", "untracked", "filtered", "nonIp", "malformed"]
          .map((name) => row(name, record[name], none)),
        `${prefix},total,${none},,,${record.total.packets},${record.total.bytes},${suffix}`,
      ];
    });
}

const headerOf = (by: string) =>
  csv.withFields!({ fields: parseFields(by) }).header.trimEnd();
const HEADER = headerOf("source,protocol,port");
const NOTHING =
  "Nothing is known to be missing: no gap of a second or more, no incomplete run, no broken line; but CSV has no end records: ticks that are lost at the end of a run cannot be seen";

function reportOnCsv(lines: readonly string[]) {
  return reportOnReadings([], lines);
}

/** The report on a file of JSON Lines, and then one of CSV. */
function reportOnReadings(json: readonly string[], lines: readonly string[]) {
  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const problems = new Problems();
  reporter.beginFile();
  for (const line of json) {
    reporter.take(new LineReader().read(new TextEncoder().encode(line)));
  }
  const found = new FileProblems("x.csv", problems);
  const ticks = new CsvTicks();
  reporter.beginFile();
  const results = lines.map((line, at) => ticks.read(line, at + 1))
    .filter((result) => result !== undefined);
  for (const result of [...results, ...ticks.finish()]) {
    if ("why" in result) found.addBroken(result.line, result.why);
    else found.addRecord(0, reporter.take(result), () => "tick");
  }
  found.end(undefined);
  while (reporter.startAgain(false));
  return { report: reporter.finish(), problems };
}

const LINES = [HEADER, ...RUNS.flatMap(rowsOf)];

Deno.test("csv: the same report as of JSON Lines, in whatever order the rows come", () => {
  const lines = RUNS.flatMap((made) =>
    madeRecords(made).map((record) => JSON.stringify(record))
  );
  const json = reportOnFiles({ x: lines }).report;
  const expected = { ...json, hasCsv: true };
  const random = generator(31);
  for (let round = 0; round < 50; round++) {
    const rows = round === 0 ? LINES.slice(1) : LINES.slice(1)
      .map((row) => ({ row, at: random(1000) }))
      .sort((a, b) => a.at - b.at).map(({ row }) => row);
    const { report, problems } = reportOnCsv([HEADER, ...rows]);
    assertEquals(report, expected);
    assertEquals(trust(report, problems), [NOTHING]);
    assertEquals(isIncomplete(report, problems), false);
  }
});

Deno.test("csv: each row that is deleted, doubled or bent in turn is noticed", () => {
  const isNoticed = (lines: readonly string[]) => {
    const { report, problems } = reportOnCsv(lines);
    const [first = ""] = problems.broken.examples;
    assert(isIncomplete(report, problems), lines.join("\n"));
    assertMatch(first, /^x\.csv:\d+: /);
  };
  for (const [at, line] of LINES.entries()) {
    if (at === 0) continue; // a header may be anywhere, or missing
    isNoticed(LINES.toSpliced(at, 1));
    isNoticed(LINES.toSpliced(at, 0, line));
    isNoticed(LINES.with(at, line.replace(/\d(?=\d*,\d*,(?:,,r|r),)/, "7x")));
    isNoticed(LINES.with(at, line.slice(0, -1 - at % 30)));
  }
});

Deno.test("csv: rows in front of their header, or without one, are read", () => {
  const rows = rowsOf(PLAIN);
  const header = headerOf("source");
  const expected = reportOnCsv([header, ...rows]);
  for (let at = 0; at <= rows.length + 1; at++) {
    const lines = at <= rows.length ? rows.toSpliced(at, 0, header) : rows;
    assertEquals(reportOnCsv(lines), expected);
  }
});

Deno.test("csv: rows of other fields are named without their header, not taken", () => {
  for (const first of [[], [headerOf("source")], [headerOf("source,port")]]) {
    const { report, problems } = reportOnCsv([...first, ...LINES.slice(1)]);
    assertEquals(report.ticks, 0);
    assertEquals(problems.broken.count, LINES.length - 1);
  }
});

Deno.test("csv: a copy in JSON Lines of the same ticks is a copy, and a bent one a conflict", () => {
  for (const made of RUNS) {
    const rows = rowsOf(made);
    const lines = madeRecords(made).map((record) => JSON.stringify(record));
    const both = reportOnReadings(lines, [HEADER, ...rows]);
    assertEquals(both.problems.copies, [{ file: "x.csv", count: 3 }]);
    assertEquals(isIncomplete(both.report, both.problems), false);
    for (const [at, row] of rows.entries()) {
      if (!row.includes(",source,")) continue;
      // Another key leaves the books balanced.
      const key = row.replace(/(?<=,source,)('?[^,]*)/, "other");
      const bent = reportOnReadings(lines, [HEADER, ...rows.with(at, key)]);
      assertEquals(bent.problems.conflicts.count, 1, key);
    }
  }
});

Deno.test("csv: the header tells what a capture counts by", () => {
  const kinds = {
    "destination": "10.0.0.1",
    "source": "10.0.0.1",
    "source,protocol": "10.0.0.1,tcp",
    "source,protocol,source-port,port": "10.0.0.1,icmp,-,-",
  };
  const files = Object.entries(kinds).map(([by, key], at) => {
    const window = { [key]: 1 };
    const made = {
      run: `r${at}`,
      start: T0 + at * 3000,
      by,
      windows: [window],
    };
    const rows = rowsOf(made).map((row) => row.replaceAll(",-", ","));
    const lines = [headerOf(by), ...rows];
    const { report, problems } = reportOnCsv(lines);
    assertEquals(report.bys, [by]);
    assertEquals(report.groups.map(({ key }) => key), [key]);
    assertEquals(isIncomplete(report, problems), false);
    return lines;
  });
  const { report, problems } = reportOnCsv(files.flat());
  assertEquals(report.bys, Object.keys(kinds).sort());
  assertEquals(isIncomplete(report, problems), true);
});

Deno.test("csv: captures of the packets inside tunnels are apart from others", () => {
  const inner = csv.withFields!({ fields: ["source"], inner: [] }).header;
  const rows = rowsOf({ ...PLAIN, run: "i", start: T0 + 9000 })
    .map((row) => `${row},"vxlan:4789"`);
  const { report, problems } = reportOnCsv([
    ...[headerOf("source"), ...rowsOf(PLAIN)],
    ...[inner.trimEnd(), ...rows],
  ]);
  assertEquals(report.bys, ["source", "source inside tunnels"]);
  assertEquals(isIncomplete(report, problems), true);
  assertEquals(problems.broken.count, 0);
});

Deno.test("csv: ticks that are not there are missing; copies count once", () => {
  const perTick = rowsOf({ ...RUNS[0]!, windows: [{}, {}, {}] });
  const size = perTick.length / 3;
  const { report, problems } = reportOnCsv([
    HEADER,
    ...perTick.toSpliced(size, size),
  ]);
  assertMatch(trust(report, problems).join("\n"), /tick 2 is missing/);
  const twice = reportOnCsv([...LINES, HEADER, ...LINES.slice(1)]);
  assertEquals(twice.report, reportOnCsv(LINES).report);
  assertEquals(twice.problems.doubled.count, 6);
});

Deno.test("csv: lines of anything are named, not taken", () => {
  const random = generator(32);
  const PIECES = [",", '"', "1.5", "-1", "\r", "total", "source", "", "r", "'"];
  let broken = 0;
  for (let round = 0; round < 3000; round++) {
    const at = 1 + random(LINES.length - 1);
    const line = LINES[at]!;
    const place = random(line.length);
    const bent = line.slice(0, place) + PIECES[random(PIECES.length)] +
      line.slice(place + random(3));
    const { report, problems } = reportOnCsv(LINES.with(at, bent));
    broken += problems.broken.count;
    assert(report.ticks >= 5 && report.ticks <= 6);
    const { total, ...rest } = report.sums;
    const parts = Object.values(rest).reduce(
      (sum, one) => sum + one.packets,
      0n,
    );
    const rows = report.groups.reduce((sum, one) => sum + one.packets, 0n);
    assertEquals(total.packets, parts + rows);
  }
  assert(broken > 1000, `${broken}`);
  const older = "start,end,host,interface,class,source,packets,bytes";
  assertMatch(
    reportOnCsv([older]).problems.broken.examples[0]!,
    /x\.csv:1: a CSV capture without the columns total_packets, total_bytes, run, seq, elapsed/,
  );
});
