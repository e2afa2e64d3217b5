/**
 * Captures written to files and read back by the report's own code: this needs
 * a folder, but neither root nor anything built.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeMonth } from "../../bench/lib/month.ts";
import { eachLine } from "../../src/commands/report/capture_lines.ts";
import { CaptureReading } from "../../src/commands/report/capture_reading.ts";
import type { Damage } from "../../src/formats/gunzip.ts";
import { gzipMember } from "../../src/formats/gzip_member.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { MAX_LINE } from "../../src/formats/line_limit.ts";
import { Problems } from "../../src/report/problems.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { reportText } from "../../src/report/format_text.ts";
import { reportOnFiles } from "../lib/made_captures.ts";
import { Folder } from "../lib/folder.ts";
import { assertBalanced } from "../lib/xdptally.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("docs/captures.md shows the report of two days of made-up captures as it is", async () => {
  using folder = new Folder();
  const size = { hosts: 2, days: 2, capturesADay: 24, ticksACapture: 60 };
  await writeMonth(folder.path, size);
  const linesOf = (name: string) =>
    Deno.readTextFileSync(`${folder.path}/${name}.jsonl`).trimEnd().split("\n");
  // The second run of web1 ends in the middle of a capture.
  const { report, problems } = reportOnFiles({
    "web0.jsonl": linesOf("web0-eth0-20260101"),
    "web1.jsonl": [
      ...linesOf("web1-eth0-20260101"),
      ...linesOf("web1-eth0-20260102").slice(0, 20),
    ],
  }, { top: 3 });
  const docs = Deno.readTextFileSync("docs/captures.md");
  const shown = reportText(report, problems).replaceAll(/^(?=.)/gm, "    ");
  assertStringIncludes(
    docs,
    `    $ xdptally report --top 3 web0.jsonl web1.jsonl\n${shown}\n`,
  );
});

Deno.test("the made-up month of the benchmarks is reproducible, balanced and complete", async () => {
  const size = { hosts: 2, days: 2, capturesADay: 3, ticksACapture: 4 };
  const texts = [];
  for (let time = 0; time < 2; time++) {
    using folder = new Folder();
    const { files, ticks, bytes } = await writeMonth(folder.path, size);
    assertEquals(files.map((file) => file.slice(folder.path.length + 1)), [
      "web0-eth0-20260101.jsonl",
      "web0-eth0-20260102.jsonl",
      "web1-eth0-20260101.jsonl",
      "web1-eth0-20260102.jsonl",
    ]);
    const text = files.map((file) => Deno.readTextFileSync(file)).join("");
    assertEquals([ticks, bytes], [48, text.length]);
    texts.push(text);
  }
  const [text, again] = texts as [string, string];
  assertEquals(text, again);

  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const reader = new LineReader();
  reporter.beginFile();
  for (const line of text.trimEnd().split("\n")) {
    reporter.take(reader.read(encode(line)));
    const record = JSON.parse(line);
    if (record.type === "start") continue;
    assertBalanced(record);
    assertEquals(record.complete, true);
    if (record.type === "tick") assertEquals(record.sources.length, 20);
  }
  const report = reporter.finish();
  assertEquals([report.ticks, report.incomplete], [48, []]);
  assertEquals(report.interfaces.map(({ captures }) => captures), [6, 6]);
  assertEquals(report.groups.some(({ key }) => key.includes(":")), true);
});

Deno.test("a torn .gz yields every whole record, wherever it is torn", async () => {
  using folder = new Folder();
  const size = { hosts: 1, days: 1, capturesADay: 2, ticksACapture: 60 };
  const { files } = await writeMonth(folder.path, size);
  const records = Deno.readTextFileSync(files[0]!).trimEnd().split("\n");
  const members = records.map((record) => gzipMember(encode(`${record}\n`)));
  for (let whole = 1; whole < members.length; whole += 10) {
    const parts = members.slice(0, whole + 1);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    const { lines, damages } = linesOf(bytes.subarray(0, -20));
    assertEquals(lines.slice(0, whole), records.slice(0, whole));
    assertEquals(damages, [{
      at: bytes.length - 20,
      why: "the file ends in the middle of a record",
      skipped: 0,
    }]);
  }
});

/** The lines of a file, read in pieces; a line that is not kept as its length. */
function linesOf(bytes: Uint8Array, piece = 100_000) {
  const lines: (string | number)[] = [];
  const damages: Damage[] = [];
  let at = 0;
  const readSync = (into: Uint8Array) => {
    const part = bytes.subarray(at, at + Math.min(into.length, piece));
    into.set(part);
    at += part.length;
    return part.length === 0 ? null : part.length;
  };
  eachLine({ readSync }, {
    line: (line, number) => {
      lines.push(new TextDecoder().decode(line));
      assertEquals(number, lines.length);
    },
    tooLong: (_, length) => lines.push(length),
    damage: (_, damage) => damages.push(damage),
  });
  return { lines, damages };
}

Deno.test("lines: whole in however small pieces they are read, with or without a last newline", () => {
  const text = '{"a":1}\n\n{"b":2}\r\n{"c":3}\n';
  const all = text.split("\n").slice(0, -1);
  for (const piece of [1, 2, 5, 1000]) {
    for (const encoded of [encode(text), encode(text.slice(0, -1))]) {
      assertEquals(linesOf(encoded, piece).lines, all);
      assertEquals(linesOf(gzipMember(encoded), piece).lines, all);
    }
  }
  assertEquals(linesOf(encode("")).lines, []);
});

Deno.test("a line that cannot be a record is skipped, and only measured", () => {
  const long = new Uint8Array(300_000).fill(0x20);
  long[long.length - 1] = 0x0a;
  const other = encode('{"a":1}\n');
  const { lines } = linesOf(
    new Uint8Array([...long, ...other, ...long, ...other]),
    50_000,
  );
  assertEquals(lines, [299_999, '{"a":1}', 299_999, '{"a":1}']);
});

Deno.test("a record of as many sources as --max-sources takes is a line that is read", () => {
  const MOST = 2_097_152;
  const longest = {
    key: "2001:db8:1234:5678:9abc:def0:1234:5678",
    packets: 9_999_999_999,
    bytes: 9_999_999_999_999,
  };
  const row = JSON.stringify({ ip: longest.key, ...longest, key: undefined });
  assert((row.length + 1) * MOST + 10_000 < MAX_LINE, `${row.length}`);
  assertEquals(jsonl.header, "");
});

Deno.test("reading a capture again reads no more of it than the first time", () => {
  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const bytes = encode('{"a":1}\n{"b":2}\n');
  for (const most of [3, 8, 12, Infinity]) {
    let at = 0;
    const problems = new Problems();
    const readSync = (into: Uint8Array) => {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return part.length === 0 ? null : part.length;
    };
    new CaptureReading(reporter).read("x", { readSync }, problems, most);
    assertEquals(at, Math.min(most, bytes.length));
    assertEquals(problems.unusable, ["x: JSON, but not of xdptally"]);
  }
});
