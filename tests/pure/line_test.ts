/** The fast reader of capture lines finds what JSON.parse finds, or leaves the line to it. */
import { assertEquals, assertThrows } from "@std/assert";
import { keyText } from "../../src/basics/keys.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { ScannedSources } from "../../src/report/source_scanner.ts";
import { madeRecords } from "../lib/made_captures.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const TICK = madeRecords({
  run: "r",
  windows: [{ "10.0.0.1": 99_999_999, "2001:db8::1": 0 }],
})[1];
const LINE: string = JSON.stringify(TICK);
/** By several fields, some of which are missing. */
const FIELDS = {
  ...TICK,
  by: "source,protocol,source-port",
  complete: false,
  sources: [
    { source: "10.0.0.1", protocol: "tcp", sourcePort: 443 },
    { source: "2001:db8::1", protocol: "253", sourcePort: null },
    { source: "10.0.0.2", protocol: "udp", sourcePort: 0 },
  ].map((row) => ({ ...row, packets: 4, bytes: 400 })),
};
const FIELDS_LINE = JSON.stringify(FIELDS);

/** What a line says, with its rows as objects, and whether they were scanned. */
function read(line: string) {
  const bytes = encode(line);
  const record = new LineReader().read(bytes);
  if (record.type !== "tick") return { record, isScanned: false };
  const { sources } = record;
  if (!(sources instanceof ScannedSources)) return { record, isScanned: false };
  const rows = Array.from({ length: sources.length }, (_, at) => ({
    key: keyText(sources.values(at)),
    values: sources.values(at),
    packets: sources.packets[at]!,
    bytes: sources.bytes[at]!,
  }));
  return { record: { ...record, sources: rows }, isScanned: true };
}

/** Reads a line as it is, and with a space that makes the fast reader leave it. */
function readingOf(line: string): "scanned" | "parsed" | "refused" {
  const other = line.replace('"sources":[', '"sources": [');
  let found;
  try {
    found = read(line);
  } catch (error) {
    assertEquals(error instanceof SyntaxError, true);
    assertThrows(() => read(other), SyntaxError);
    return "refused";
  }
  assertEquals(read(other), { ...found, isScanned: false }, line);
  return found.isScanned ? "scanned" : "parsed";
}

Deno.test("a tick that xdptally wrote is scanned without an object for each source", () => {
  const big = { packets: "9007199254740993", bytes: "9007199254740992" };
  const ofNone = { ...TICK, complete: false };
  for (
    const tick of [
      TICK,
      { ...TICK, host: 'a,b\\"é' },
      { ...ofNone, sources: [] },
      { ...ofNone, sources: TICK.sources.slice(1) },
      {
        ...ofNone,
        nonIp: { ...big, types: { arp: big.packets } },
        sources: [{ ip: "10.0.0.1", ...big }],
      },
      FIELDS,
      {
        ...ofNone,
        by: "mac",
        sources: [{ mac: null, packets: 1, bytes: 2 }],
      },
      {
        ...ofNone,
        sources: [{ ip: "a", packets: 9007199254740991, bytes: 0 }],
      },
    ]
  ) assertEquals(readingOf(JSON.stringify(tick)), "scanned");
});

Deno.test("a tick in another form is parsed as JSON, or refused", () => {
  const row = (text: string) =>
    LINE.replace('"complete":true', '"complete":false').replace(
      /{"ip":"10.0.0.1","packets":\d+,"bytes":\d+}/,
      text,
    );
  for (
    const line of [
      JSON.stringify(TICK, null, 1).replaceAll("\n", ""),
      row('{"packets":1,"ip":"10.0.0.1","bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1,"bytes":2,"new":3}'),
      row('{"ip":"10.0.0.1","packets":"5","bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1e3,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1.0,"bytes":2}'),
      row('{"ip":"\\u0031","packets":1,"bytes":2}'),
      row('{"ip":"é","packets":1,"bytes":2}'),
      LINE.replace("web1", "a[1]"),
      LINE.replace(',"total"', ',"new":{"a":1,"sources":[]},"total"'),
      LINE.replace(/}$/, ',"nonIp":{"packets":1,"bytes":100}}'),
      FIELDS_LINE.replace("source,protocol,source-port", "source,protocol"),
      FIELDS_LINE.replaceAll(/sourcePort":\w+/g, '$&,"new":1'),
      FIELDS_LINE.replace('"253"', '"\\u0032"'),
    ]
  ) assertEquals(readingOf(line), "parsed", line);
  for (
    const line of [
      row('{"ip":"10.0.0.1","packets":01,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":1,"bytes":2},'),
      row('{"ip":"10.0.0.1","packets":1}'),
      row('{"ip":"10.0.0.1","packets":-1,"bytes":2}'),
      row('{"ip":"10.0.0.1","packets":9007199254740993,"bytes":2}'),
      row('{"ip":5,"packets":1,"bytes":2}'),
      row('{"key":"a","packets":1,"bytes":2}'),
      row('{"source":"a","packets":1,"bytes":2}'),
      LINE.replace(',"sources":', ',"source":'),
      ...["cut", "version", "noMemory", "arp"].map((cause) =>
        LINE.replace(`"${cause}":`, `"${cause}":1`)
      ),
      ...["0443", "443.5", "-443", "1e400"].map((number) =>
        FIELDS_LINE.replace(":443", `:${number}`)
      ),
      FIELDS_LINE.replace(":443", ":true"),
      FIELDS_LINE.replace('"protocol":"253",', ""),
      FIELDS_LINE.replace(',"by":"source,protocol,source-port"', ""),
      LINE.replace(/}$/, ',"nonIp":{}}'),
      LINE.replace(/}$/, ',"sources":-1}'),
    ]
  ) assertEquals(readingOf(line), "refused", line);
});

Deno.test("a line with any byte changed or removed is scanned to what is parsed", () => {
  for (const line of [LINE, FIELDS_LINE]) {
    for (let at = 0; at < line.length; at++) {
      const [before, after] = [line.slice(0, at), line.slice(at + 1)];
      readingOf(before);
      for (
        const byte of ["", "0", "9", ",", '"', "\\", "[", "]", "}", "-", " "]
      ) readingOf(before + byte + after);
    }
  }
});

Deno.test("scanned and parsed sources are added to the same groups, however many", () => {
  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const window = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, number) => [
      number % 2 === 0
        ? `10.${number >> 8}.${number & 0xff}.1`
        : `2001:db8::${number.toString(16)}`,
      number + 1,
    ]),
  );
  const lines = madeRecords({ run: "r", windows: [window, window, window] })
    .map((record) => JSON.stringify(record));
  const reader = new LineReader();
  for (const [at, line] of lines.entries()) {
    const other = line.replaceAll('","packets"', '", "packets"');
    reporter.take(reader.read(encode(at === 2 ? other : line)));
  }
  const { groups } = reporter.finish();
  assertEquals(
    groups.map(({ key, packets, bytes }) => [key, packets, bytes]),
    Object.entries(window).toReversed().map(([key, packets]) => [
      key,
      3n * BigInt(packets),
      300n * BigInt(packets),
    ]),
  );
});
