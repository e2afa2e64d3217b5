/** The fast readers of capture lines find what JSON.parse finds, or refuse the line. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { eachLine } from "../../src/commands/report/capture_lines.ts";
import { type JsonRecord, LineReader } from "../../src/report/record_reader.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { ScannedSources } from "../../src/report/source_scanner.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const NONE = { packets: 0, bytes: 0 };
const TICK = {
  schema: 1,
  type: "tick",
  host: "web1",
  run: "r",
  interface: "eth0",
  start: "2026-03-01T00:00:00.000Z",
  end: "2026-03-01T00:00:01.000Z",
  total: { packets: 999_999_999_999_999, bytes: 7 },
  sources: [
    { ip: "10.0.0.1", packets: 999_999_999_999_999, bytes: 0 },
    { ip: "2001:db8::1", packets: 0, bytes: 120 },
  ],
  others: NONE,
  untracked: NONE,
  nonIp: NONE,
  malformed: NONE,
};
const LINE = JSON.stringify(TICK);

/** The record of a line, and whether the fast reader read its sources. */
function read(line: string): { record: JsonRecord; isShort: boolean } {
  const bytes = encode(line);
  const record = new LineReader().read(bytes);
  const rows = record.sources;
  if (!(rows instanceof ScannedSources)) return { record, isShort: false };
  const sources = Array.from({ length: rows.length }, (_, at) => ({
    ip: new TextDecoder().decode(bytes.subarray(rows.from[at], rows.to[at])),
    packets: rows.packets[at]!,
    bytes: rows.bytes[at]!,
  }));
  return { record: { ...record, sources }, isShort: true };
}

/** Compares a line with JSON.parse, and returns how it was read. */
function readingOf(line: string): "short" | "as JSON" | "refused" {
  let expected;
  try {
    expected = JSON.parse(line);
  } catch {
    assertThrows(() => read(line), SyntaxError);
    return "refused";
  }
  try {
    const { record, isShort } = read(line);
    assertEquals(record, expected, line);
    return isShort ? "short" : "as JSON";
  } catch (error) {
    assert(error instanceof SyntaxError, line);
    // With one more space it is read as JSON, and refused as well.
    const other = line.replace('"sources":[', '"sources": [');
    assertThrows(() => read(other), SyntaxError);
    return "refused";
  }
}

Deno.test("a tick that xdptally wrote is scanned without an object for each source", () => {
  for (const sources of [TICK.sources, TICK.sources.slice(1), []]) {
    assertEquals(readingOf(JSON.stringify({ ...TICK, sources })), "short");
  }
  const host = 'a,b\\"é';
  assertEquals(readingOf(JSON.stringify({ ...TICK, host })), "short");
});

Deno.test("a tick in another form is parsed as JSON", () => {
  const row = (text: string) =>
    LINE.replace('{"ip":"10.0.0.1","packets":999999999999999,"bytes":0}', text);
  for (
    const line of [
      JSON.stringify(TICK, null, 1).replaceAll("\n", ""),
      row('{"packets":1,"ip":"10.0.0.1","bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1,"bytes":2,"new":3}'),
      row('{"ip":"10.0.0.1","packets":"9007199254740993","bytes":2}'),
      row('{"ip":"10.0.0.1","packets":9007199254740991,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1e3,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":-1,"bytes":2}'),
      row('{"ip":"\\u0031","packets":1,"bytes":2}'),
      row('{"ip":"é","packets":1,"bytes":2}'),
      JSON.stringify({ ...TICK, host: "a[1]" }),
      LINE.replace(',"total"', ',"new":{"a":1,"sources":[]},"total"'),
    ]
  ) {
    assertEquals(readingOf(line), "as JSON", line);
  }
  for (
    const line of [
      row('{"ip":"10.0.0.1","packets":01,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1,"bytes":2},'),
      row('{"ip":"10.0.0.1","packets":1}'),
      LINE.replace(',"sources":', ',"source":'),
    ]
  ) {
    assertEquals(readingOf(line), "refused", line);
  }
});

Deno.test("a line with any byte changed or removed is read like JSON.parse reads it", () => {
  for (let at = 0; at < LINE.length; at++) {
    const [before, after] = [LINE.slice(0, at), LINE.slice(at + 1)];
    readingOf(before);
    for (
      const byte of ["", "0", "9", ",", '"', "\\", "[", "]", "}", "-", " "]
    ) {
      readingOf(before + byte + after);
    }
  }
});

Deno.test("scanned and parsed sources are added to the same groups, however many", () => {
  const reporter = new Reporter({
    by: "source",
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const sources = Array.from({ length: 20_000 }, (_, number) => ({
    ip: number % 2 === 0
      ? `10.${number >> 8}.${number & 0xff}.1`
      : `2001:db8::${number.toString(16)}`,
    packets: number + 1,
    bytes: number,
  }));
  const line = JSON.stringify({ ...TICK, sources });
  reporter.addLine(encode(line));
  reporter.addLine(encode(line.replaceAll('","packets"', '", "packets"')));
  reporter.addLine(encode(line));
  const { groups } = reporter.finish();
  assertEquals(
    groups.map(({ key, packets, bytes }) => ({ key, packets, bytes })),
    sources.toReversed().map(({ ip, packets, bytes }) => ({
      key: ip,
      packets: 3n * BigInt(packets),
      bytes: 3n * BigInt(bytes),
    })),
  );
});

Deno.test("lines are found however the bytes are divided, the last one without a newline too", async () => {
  const text = "one\n\nthree é\nfour";
  for (let size = 1; size <= text.length + 1; size++) {
    const chunk = new Uint8Array(size);
    // One buffer, used again for each chunk, as when files are read.
    const chunks = async function* () {
      const bytes = encode(text);
      for (let at = 0; at < bytes.length; at += size) {
        const part = bytes.subarray(at, at + size);
        chunk.set(part);
        yield chunk.subarray(0, part.length);
      }
    };
    const lines: [number, string][] = [];
    await eachLine(chunks(), (line, number) => {
      lines.push([number, new TextDecoder().decode(line)]);
    });
    assertEquals(lines, [[1, "one"], [2, ""], [3, "three é"], [4, "four"]]);
  }
});
