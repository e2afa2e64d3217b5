/** Names of addresses in records of every format, and in reports on such records. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { csvField, csvFields } from "../../src/basics/csv_field.ts";
import { CaptureReading } from "../../src/commands/report/capture_reading.ts";
import { csv } from "../../src/formats/csv.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { metricsText } from "../../src/formats/metrics.ts";
import { text } from "../../src/formats/text.ts";
import { LabelTable } from "../../src/names/label_table.ts";
import { type NameSource, namingText } from "../../src/names/naming.ts";
import { Names } from "../../src/names/names.ts";
import { readNames } from "../../src/names/names_file.ts";
import { reportCsv } from "../../src/report/format_csv.ts";
import { reportHtml } from "../../src/report/format_html.ts";
import { reportJsonl } from "../../src/report/format_jsonl.ts";
import { reportText } from "../../src/report/format_text.ts";
import { Problems } from "../../src/report/problems.ts";
import { Reporter } from "../../src/report/reporter.ts";
import type { TickRecord } from "../../src/tally/records.ts";
import { generator } from "../lib/random.ts";
import { from, Ticks } from "./ticks.ts";

/** Labels with all that a format must escape, and an AS for every other address. */
const LABELS = ["web1", 'a "b", c\\d', "=1+1", "Büro 東京", "x\x1b[2J"];
const labels = new LabelTable();
readNames(
  LABELS.map((label, at) => `10.0.0.${at + 1},${csvField(label)}`).join("\n"),
  labels,
);
const systems: NameSource = {
  fields: ["asn", "asName", "country"],
  of: (address) =>
    address[3]! % 2 === 0
      ? {}
      : { asn: 4_294_967_295, asName: "Example, Inc.", country: "DE" },
};
const NAMES = new Names([labels, systems]);
const SHAPE = { fields: ["source"], names: NAMES } as const;

/** Ticks of random sources, and the same with names. */
function* ticksOf(
  seed: number,
): Generator<[plain: TickRecord, named: TickRecord]> {
  const random = generator(seed);
  const ticks = new Ticks();
  for (let count = 1 + random(4); count > 0; count--) {
    const rows = Array.from(
      { length: random(9) },
      (_, at) => from(at + 1, 1 + random(1000)),
    );
    const tick = ticks.next(rows);
    yield [tick, { ...tick, names: NAMES }];
  }
}

function reportOn(content: string) {
  const reporter = new Reporter({ top: 0, since: -Infinity, until: Infinity });
  const problems = new Problems();
  let rest = new TextEncoder().encode(content);
  const readSync = (into: Uint8Array) => {
    const part = rest.subarray(0, into.length);
    into.set(part);
    rest = rest.subarray(part.length);
    return part.length === 0 ? null : part.length;
  };
  new CaptureReading(reporter).read("x", { readSync }, problems, Infinity);
  while (reporter.startAgain(false));
  return { report: reporter.finish(), broken: problems.broken.count };
}

Deno.test("names add fields to rows and nothing else, and reports stay the same", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const files = { plain: "", named: "", plainCsv: csv.header, namedCsv: "" };
    const namedCsv = csv.withFields!(SHAPE);
    files.namedCsv = namedCsv.header;
    for (const [plain, named] of ticksOf(seed)) {
      const line = jsonl.tick(named);
      const record = JSON.parse(line);
      for (const row of record.sources) {
        const { name, asn, asName, country, ...counts } = row;
        assertEquals([name, asn, asName, country], NAMES.values(row.ip));
        assertEquals(Object.keys(counts), ["ip", "packets", "bytes"]);
        for (const field of NAMES.fields) delete row[field];
      }
      assertEquals(record, JSON.parse(jsonl.tick(plain)));
      files.plain += jsonl.tick(plain);
      files.named += line;
      files.plainCsv += csv.tick(plain);
      files.namedCsv += namedCsv.tick(named);
    }
    const expected = reportOn(files.plain);
    assertEquals(expected.broken, 0);
    assertEquals(reportOn(files.named), expected);
    const ofCsv = reportOn(files.plainCsv);
    assertEquals(ofCsv.broken, 0);
    assertEquals(reportOn(files.namedCsv), ofCsv);
  }
});

Deno.test("each row of CSV has the columns of its header, and the names in the last ones", () => {
  const header = csvFields(csv.withFields!(SHAPE).header.trimEnd())!;
  assertEquals(header.slice(-4), ["name", "asn", "as_name", "country"]);
  for (let seed = 1; seed <= 20; seed++) {
    for (const [, named] of ticksOf(seed)) {
      const rows = csv.withFields!(SHAPE).tick(named).split("\r\n").slice(
        0,
        -1,
      );
      for (const row of rows) {
        const cells = csvFields(row)!;
        assertEquals(cells.length, header.length, row);
        const [kind, ip] = cells.slice(4, 6);
        assertEquals(
          cells.slice(-4),
          kind === "source"
            ? NAMES.values(ip!).map((value) => String(value ?? ""))
            : ["", "", "", ""],
        );
      }
    }
  }
});

Deno.test("metrics with names have the same series, with labels for the names", () => {
  const state = (names: Names | undefined) => {
    const ticks = new Ticks();
    const tick = ticks.next([from(1, 5), from(2, 7)]);
    const snapshot = { ...tick.snapshot(), names };
    const others = { packets: 1n, bytes: 2n };
    const sources = [...tick.sources].map((source) => ({
      ...{ key: source.key, values: source.values },
      ...{ packets: BigInt(source.packets), bytes: BigInt(source.bytes) },
    }));
    return {
      start: ticks.start,
      snapshot: { ...snapshot, sources, others },
      isRunning: true,
      maxSources: 9,
    };
  };
  const plain = metricsText([state(undefined)]);
  const named = metricsText([state(NAMES)]);
  const LABEL = /,(?:name|asn|as_name|country)="(?:[^"\\]|\\.)*"/g;
  assertEquals(named.replaceAll(LABEL, ""), plain);
  assertStringIncludes(
    named,
    'source="10.0.0.1",name="web1",asn="4294967295",as_name="Example, Inc.",country="DE"} 5\n',
  );
  assertStringIncludes(
    named,
    String
      .raw`source="10.0.0.2",name="a \"b\", c\\d",asn="",as_name="",country=""} 7`,
  );
  assertStringIncludes(
    named,
    'source="other",name="",asn="",as_name="",country=""} 1\n',
  );
});

Deno.test("text has the names behind a row, which begins as ever", () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const [plain, named] of ticksOf(seed)) {
      const lines = text.tick(plain).split("\n");
      const longer = text.tick(named).split("\n");
      assert(longer.length >= lines.length);
      for (const line of lines) {
        assert(longer.some((other) => other.startsWith(line)), line);
      }
    }
  }
  const [tick] = [...ticksOf(1)].at(-1)!;
  const one = { ...tick, names: NAMES };
  const shown = text.tick(one);
  for (const { key } of one.sources) {
    const label = NAMES.of(key).name;
    if (label !== undefined) assertStringIncludes(shown, label);
  }
});

Deno.test("labels from files are in text as they are shown, in UTF-8", () => {
  const table = new LabelTable();
  readNames("10.0.0.1 Büro-東京\n10.0.0.2 a\x1b[2J\n", table);
  const tick = new Ticks().next([from(1, 5), from(2, 4)]);
  const shown = text.tick({ ...tick, names: new Names([table]) });
  assertStringIncludes(shown, "5/s  Büro-東京\n");
  assertStringIncludes(shown, "4/s  a\\x1b[2J\n");
});

Deno.test("a report has the names in every format, whatever the captures say", () => {
  const [, named] = [...ticksOf(3)].at(-1)!;
  const source = jsonl.tick(named);
  const flows = source.replace('"seq"', '"by":"source,port","seq"')
    .replaceAll('"ip":', '"port":53,"source":');
  for (const content of [source, flows]) {
    const { report } = reportOn(content);
    const problems = new Problems();
    const shown = { ...report, names: NAMES };
    const plain = reportText(report, problems).split("\n");
    const table = reportText(shown, problems).split("\n");
    assertEquals(
      table[2],
      `${plain[2]}${" ".repeat(table[2]!.length - plain[2]!.length - 4)}NAME`,
    );
    const rows = reportJsonl(shown, problems).trimEnd().split("\n")
      .map((line) => JSON.parse(line)).filter(({ type }) => type === "row");
    const [head = "", ...lines] = reportCsv(shown).trimEnd().split("\r\n");
    assert(head.endsWith(",name,asn,as_name,country"), head);
    const page = reportHtml(shown, problems);
    assert(rows.length > 0);
    for (const [at, row] of rows.entries()) {
      const values = NAMES.values(row.source);
      assertEquals([row.name, row.asn, row.asName, row.country], values);
      assertEquals(
        csvFields(lines[at]!)!.slice(-4),
        values.map((value) => String(value ?? "")),
      );
      const naming = namingText(NAMES.of(row.source));
      assert(table[3 + at]!.endsWith(naming), table[3 + at]);
      assertStringIncludes(
        page,
        `<td data-sort="${htmlOf(naming)}">${htmlOf(naming)}</td>`,
      );
    }
  }
});

const htmlOf = (text: string) => text.replaceAll('"', "&quot;");

Deno.test("rows of a report that have no address have no name", () => {
  const [plain] = [...ticksOf(3)].at(-1)!;
  const { report } = reportOn(jsonl.tick(plain));
  const groups = report.groups.map((group) => ({
    ...group,
    by: "host",
    key: "10.0.0.1",
  }));
  const shown = { ...report, bys: ["host"], groups, names: NAMES };
  for (const line of reportJsonl(shown, new Problems()).split("\n")) {
    if (line.includes('"type":"row"')) {
      assertEquals(JSON.parse(line).name, null);
    }
  }
});
