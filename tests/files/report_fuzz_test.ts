/** A line is taken whole or not at all: as many broken lines as possible, against a plain reading. */
import { assert, assertEquals } from "@std/assert";
import { PACKET_CLASSES } from "../../src/report/capture_record.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { madeLines, T0 } from "../lib/made_captures.ts";
import { generator, type Random } from "../lib/random.ts";

const LINES = 250_000;
const CLASSES = [
  "total",
  "others",
  "untracked",
  "nonIp",
  "malformed",
  "filtered",
  "undecoded",
];
/** Records of earlier versions lack them. */
const LATER = ["filtered", "undecoded"];

/** What a line says, by the rules of docs/records.md; undefined: it is not a record. */
function plainReading(bytes: Uint8Array) {
  let text, record;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    record = JSON.parse(text);
  } catch {
    return;
  }
  const isObject = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(record) || record.schema !== 1) return;
  if (!["host", "run", "interface"].every((name) => isText(record[name]))) {
    return;
  }
  if (!["in", "out", undefined].includes(record.direction)) return;
  const start = plainTime(record.start);
  if (start === undefined) return;
  const { by = "source" } = record;
  if (!isText(by)) return;
  const name = [record.run, record.interface, record.direction ?? "in"];
  if (record.type === "start") return { name, by, id: [...name, "start"] };
  if (record.type !== "tick" && record.type !== "end") return;
  const end = plainTime(record.end);
  if (end === undefined || end < start) return;
  if (typeof record.complete !== "boolean") return;
  const sums: [bigint, bigint][] = [];
  for (const one of CLASSES) {
    const value = LATER.includes(one) && record[one] === undefined
      ? { packets: 0, bytes: 0 }
      : record[one];
    if (!isObject(value)) return;
    const counts = [plainCount(value.packets), plainCount(value.bytes)];
    if (counts.includes(undefined)) return;
    sums.push(counts as [bigint, bigint]);
  }
  const { types } = record.nonIp;
  const { full, noMemory, busy } = record.untracked;
  const { cut, version, length } = record.malformed;
  if (types !== undefined && !isObject(types)) return;
  for (
    const [at, causes] of [
      [2, [full, noMemory, busy]],
      ...(types === undefined ? [] : [[3, Object.values(types)] as const]),
      ...(cut === undefined ? [] : [[4, [cut, version, length]] as const]),
    ] as const
  ) {
    const counts = causes.map(plainCount);
    if (counts.includes(undefined)) return;
    const sum = counts.reduce((sum, one) => sum! + one!, 0n);
    if (sum !== sums[at]![0]) return;
  }
  if (!Array.isArray(record.sources)) return;
  const names = by === "source"
    ? ["ip"]
    : by.split(",").map((name: string) =>
      name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())
    );
  const rows: [string, bigint, bigint][] = [];
  for (const row of record.sources) {
    if (!isObject(row)) return;
    const values = names.map((name: string) => row[name]);
    const isKey = values.every((value: unknown) =>
      isText(value) ||
      by !== "source" && (value === null || plainCount(value) !== undefined)
    );
    const [packets, bytes] = [plainCount(row.packets), plainCount(row.bytes)];
    if (!isKey || packets === undefined || bytes === undefined) return;
    const key = values.map((value: unknown) => value ?? "-").join();
    rows.push([key, packets, bytes]);
  }
  for (const unit of [0, 1] as const) {
    const parts = rows.reduce((sum, row) => sum + row[1 + unit as 1 | 2], 0n) +
      sums.slice(1).reduce((sum, one) => sum + one[unit], 0n);
    if (record.complete && parts !== sums[0]![unit]) return;
  }
  const number = record.type === "tick" ? record.seq : record.ticks;
  const least = record.type === "tick" ? 1 : 0;
  if (!Number.isSafeInteger(number) || number < least) return;
  if (record.type === "end") {
    return isText(record.reason)
      ? { name, by, id: [...name, "end"] }
      : undefined;
  }
  return { name, by, id: [...name, number], rows, sums };
}

const isText = (value: unknown) => typeof value === "string";

function plainCount(value: unknown): bigint | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return BigInt(value);
  }
  return typeof value === "string" && /^(0|[1-9][0-9]{0,99})$/.test(value)
    ? BigInt(value)
    : undefined;
}

function plainTime(value: unknown): number | undefined {
  if (typeof value !== "string") return;
  const found =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?Z$/
      .exec(value);
  if (found === null) return;
  const time = Date.parse(value);
  const isReal = !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(found[1]!);
  return isReal ? time : undefined;
}

/** Texts that are put into lines in the place of something else. */
const PIECES = [
  "1.5",
  "-1",
  "-0",
  "1e3",
  "1E400",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"0x10"',
  '"5"',
  '"007"',
  '" 5"',
  "0",
  "01",
  "9007199254740991",
  "9007199254740993",
  '"9007199254740993"',
  '"' + "9".repeat(100) + '"',
  '"' + "9".repeat(101) + '"',
  "9".repeat(30),
  '"__proto__"',
  '"constructor"',
  '"__proto__":{"schema":1},',
  '"packets":7,',
  '"sources":[],',
  '"sources":-1,',
  '"others":{},',
  '"total":null,',
  '"2026-02-30T00:00:00.000Z"',
  '"+020260-01-01T00:00:00.000Z"',
  '"99999"',
  '"2026-03-01T24:00:00.000Z"',
  '"ip":',
  '"key":',
  '"\\u0069p":',
  "\r",
  " ",
  "\t",
  "\ufeff",
  "\\",
  '"',
  ",",
  "{",
  "}",
  "[",
  "]",
  ":",
  "\\u0000",
  "\\ud800",
  "é",
  "\0",
  "NaN",
  "Infinity",
  "1_000",
  '"schema":1,',
  '"schema":2,',
  '"seq":0,',
  '"source":"10.0.0.1",',
  '"port":443,',
  '"port":null,',
  '"ip":5,',
  '"by":"source,port",',
  '"direction":"out",',
];

const encode = (text: string) => new TextEncoder().encode(text);

/** Changes a line somewhere, mostly where a value is. */
function mutated(random: Random, line: string): Uint8Array {
  let text = line;
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const piece = PIECES[random(PIECES.length)]!;
    const places = [...text.matchAll(/(?<=:)(?:"[^"]*"|-?[\w.]+)|(?<=[{,])"/g)];
    const place = places[random(Math.max(1, places.length))];
    const at = random(text.length + 1);
    switch (random(6)) {
      case 0: // another value, or a field more
        if (place === undefined) break;
        text = text.slice(0, place.index) + piece +
          text.slice(place.index + (place[0] === '"' ? 0 : place[0].length));
        break;
      case 1: // a field less
        text = text.replace(
          [
            /"direction":"\w+",/,
            /"filtered":{[^}]*},/,
            /"seq":\d+,/,
            /,"bytes":\d+/,
            /,"types":{[^}]*}/,
            /,"cut":\d+,"version":\d+,"length":\d+/,
            /,"undecoded":{[^}]*}/,
          ][random(7)]!,
          "",
        );
        break;
      case 2:
        text = text.slice(0, at) + piece + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + text.slice(at + 1 + random(3));
        break;
      case 4: // the same number, or one that rounds, on both sides of the books
        text = text.replaceAll(
          /(?<="packets":)[1-9]\d*/g,
          () => ["5", '"5"', "5.0", "5e0"][random(4)]!,
        );
        break;
      case 5:
        text = text.slice(0, at) + text[random(text.length)] +
          text.slice(at + 1);
    }
  }
  const bytes = encode(text);
  if (random(10) === 0 && bytes.length > 0) {
    bytes[random(bytes.length)] = random(256);
  }
  return random(20) === 0
    ? Uint8Array.of(...encode("\ufeff"), ...bytes)
    : bytes;
}

Deno.test(`${LINES} broken lines: those that are taken, and their sums, are those of a plain reading`, () => {
  const random = generator(20260301);
  const balanced = [
    ...madeLines({ run: "r", windows: [{ "10.0.0.1": 5, "10.0.0.2": 5 }, {}] }),
    ...madeLines({
      run: "s",
      direction: "out",
      start: T0 + 1e7,
      windows: [{ "2001:db8::1": 5 }, { "10.0.0.1": 9, b: 1 }],
    }),
    ...madeLines({
      run: "t",
      by: "source,port",
      windows: [{ "10.0.0.1,443": 5, "10.0.0.2,53": 2 }, { "b,1": 1 }],
    }),
  ];
  // Without both sides of the books, only the form of a count decides.
  const whole = balanced.flatMap((line) => [
    line,
    line.replace('"complete":true', '"complete":false'),
  ]);
  const reader = new LineReader();
  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  reporter.beginFile();
  const seen = new Set<string>();
  const bys = new Map<string, string>();
  const rows = new Map<string, [bigint, bigint]>();
  const sums = CLASSES.map((): [bigint, bigint] => [0n, 0n]);
  let taken = 0;
  for (let line = 0; line < LINES; line++) {
    const bytes = mutated(random, whole[random(whole.length)]!);
    const expected = plainReading(bytes);
    let error = "";
    try {
      reporter.take(reader.read(bytes));
    } catch (caught) {
      assert(caught instanceof SyntaxError, String(caught));
      error = caught.message;
    }
    if ((expected === undefined) !== (error !== "")) {
      throw new Error(
        `${new TextDecoder().decode(bytes)}\n${error || "was taken"}`,
      );
    }
    if (expected === undefined) continue;
    taken++;
    // All records of a run count by the same.
    const run = JSON.stringify(expected.name);
    const by = bys.get(run) ?? expected.by;
    bys.set(run, by);
    if (by !== expected.by) continue;
    const id = JSON.stringify(expected.id);
    if (seen.has(id) || expected.rows === undefined) continue;
    seen.add(id);
    for (const [key, packets, bytes] of expected.rows) {
      const row = rows.get(key) ?? [0n, 0n];
      rows.set(key, [row[0] + packets, row[1] + bytes]);
    }
    for (const [at, [packets, bytes]] of expected.sums.entries()) {
      sums[at]![0] += packets;
      sums[at]![1] += bytes;
    }
  }
  const report = reporter.finish();
  assertEquals(report.ticks, seen.size);
  assertEquals(
    PACKET_CLASSES.map((name) => {
      const { packets, bytes } = report.sums[name];
      return [packets, bytes];
    }),
    sums,
  );
  assertEquals(
    new Map(report.groups.map((one) => [one.key, [one.packets, one.bytes]])),
    new Map(rows),
  );
  assert(taken > LINES / 10 && taken < LINES * 0.9, `${taken} were taken`);
  assert(seen.size > 150, `${seen.size} ticks`);
});
