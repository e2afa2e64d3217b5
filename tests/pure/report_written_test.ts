/** What xdptally writes is read back: any books, in JSON Lines and in CSV. */
import { assert, assertEquals } from "@std/assert";
import { BY_SOURCE, VERDICTS } from "../../src/basics/keys.ts";
import { CaptureReading } from "../../src/commands/report/capture_reading.ts";
import type { LineFormat } from "../../src/formats/format.ts";
import { csv } from "../../src/formats/csv.ts";
import { gzipMember } from "../../src/formats/gzip_member.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { Problems } from "../../src/report/problems.ts";
import { type Report, Reporter } from "../../src/report/reporter.ts";
import { trust } from "../../src/report/sentences.ts";
import { PACKET_CLASSES } from "../../src/report/capture_record.ts";
import {
  EMPTY_BOOKS,
  type Verdicts,
  verdictsOf,
} from "../../src/tally/books.ts";
import { Run } from "../../src/tally/run.ts";
import {
  minus,
  NOTHING,
  plus,
  type Tally,
} from "../../src/tally/source_list.ts";
import { T0 } from "../lib/made_captures.ts";
import { generator, type Random } from "../lib/random.ts";
import { listOf, v4 } from "./lists.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A run with random windows, in both formats, and what it counted. */
function randomRun(random: Random, name: string, isOut: boolean) {
  const origin = {
    host: ["web1", '=a,"b', "'c"][random(3)]!,
    run: name,
    interface: "eth0",
    direction: isOut ? "out" : "in",
    by: ["source"],
  } as const;
  const top = random(2) * random(9);
  const run = new Run(origin, {
    sort: "packets",
    top,
    endTop: random(2) * 3,
    maxSources: 1 + random(30),
    keying: BY_SOURCE,
  }, { boot: 0, wall: T0 });
  const start = {
    type: "start" as const,
    ...origin,
    ifindex: 1,
    mode: "tc",
    filter: undefined,
    version: "0",
    start: new Date(T0),
    interval: 1,
  };
  const texts = { jsonl: jsonl.start(start), csv: csv.header };
  let total = { packets: 0n, bytes: 0n };
  const isObserved = random(2) === 0;
  let observed = NOTHING;
  let untrackedPackets = 0n;
  const ticks = 1 + random(20);
  for (let tick = 1; tick <= ticks; tick++) {
    const rows = Array.from(
      { length: random(20) },
      (_, at) =>
        v4(`10.0.0.${at * 2 + random(2)}`, 1 + random(1000), random(2 ** 30)),
    );
    const window = { ipv4: listOf("ipv4", ...rows), ipv6: listOf("ipv6") };
    const some = () => {
      const packets = BigInt(random(2) * random(2 ** 31));
      return { packets, bytes: packets * BigInt(random(2 ** 31)) };
    };
    const [nonIp, malformed, filtered, lost] = [some(), some(), some(), some()];
    const untracked = { ...lost, full: 0n, noMemory: lost.packets, busy: 0n };
    const all = [window.ipv4.sum(), nonIp, malformed, filtered, lost]
      .reduce(plus);
    total = plus(total, all);
    untrackedPackets += lost.packets;
    const books = {
      ...EMPTY_BOOKS,
      total: all,
      nonIp: { ...nonIp, types: new Map([["arp", nonIp.packets / 2n]]) },
      malformed: {
        ...malformed,
        ...{ cut: 0n, version: malformed.packets, length: 0n },
      },
      filtered,
      untracked,
      verdicts: isObserved ? splitByVerdict(random, all) : undefined,
    };
    if (books.verdicts !== undefined) observed = plus(observed, all);
    const moment = { boot: tick * 1000, wall: T0 + tick * 1000 };
    const record = run.close(window, books, { end: moment });
    texts.jsonl += jsonl.tick(record);
    texts.csv += csv.tick(record);
  }
  const end = { boot: ticks * 1000, wall: T0 + ticks * 1000 };
  const record = run.end("duration", end);
  texts.jsonl += jsonl.end(record);
  return { texts, total, ticks, untracked: untrackedPackets, observed };
}

/** Gives all frames to two verdicts, which may be the same. */
function splitByVerdict(random: Random, all: Tally): Verdicts {
  const [one, other] = [random(VERDICTS.length), random(VERDICTS.length)]
    .map((at) => VERDICTS[at]!);
  const part = {
    packets: all.packets / 3n,
    bytes: all.packets < 3n ? 0n : all.bytes / 3n,
  };
  return verdictsOf((verdict) =>
    [
      ...(verdict === one ? [part] : []),
      ...(verdict === other ? [minus(all, part)] : []),
    ].reduce(plus, NOTHING)
  );
}

function reportOn(bytes: Uint8Array): { report: Report; lines: string[] } {
  const reporter = new Reporter({
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  const problems = new Problems();
  let at = 0;
  const readSync = (into: Uint8Array) => {
    const part = bytes.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return part.length === 0 ? null : part.length;
  };
  new CaptureReading(reporter).read("x", { readSync }, problems, Infinity);
  assertEquals(reporter.startAgain(false), false);
  const report = reporter.finish();
  return { report, lines: trust(report, problems) };
}

Deno.test("CSV without its header, from a file; and a cut .gz is one broken line, wherever it is cut", () => {
  const random = generator(52);
  let named = 0;
  for (let round = 0; round < 40; round++) {
    const { texts, total } = randomRun(random, "r", false);
    const rows = texts.csv.slice(csv.header.length);
    assertEquals(reportOn(encode(rows)).report.sums.total, total);
    const members = gzipMember(encode(texts.jsonl));
    const cut = 30 + random(members.length - 30);
    const { lines } = reportOn(members.subarray(0, cut));
    const said = lines.filter((line) => /^(Broken|Not a capture)/.test(line));
    // Where no record is left, the file is named instead of a line.
    if (said[0]?.startsWith("Not")) assertEquals(said.length, 1);
    else assertEquals(said, ["Broken: 1 line"], `${cut}`);
    if (said[0]?.startsWith("Broken")) named++;
  }
  assert(named > 20, `${named}`);
});

Deno.test("any run that is written is read back whole, and nothing of it is called broken", () => {
  const random = generator(51);
  let big = 0;
  for (let round = 0; round < 300; round++) {
    const runs = [false, true].map((isOut) => randomRun(random, "r", isOut));
    const total = runs.map((run) => run.total).reduce(plus);
    const ticks = runs.reduce((sum, run) => sum + run.ticks, 0);
    const isFull = runs.filter(({ untracked }) => untracked > 0n).length;
    const formats: LineFormat[] = [jsonl, csv];
    for (const { name } of formats) {
      const text = runs.map(({ texts }) => texts[name as "jsonl" | "csv"]);
      const bytes = encode(text.join(""));
      const zipped = gzipMember(bytes);
      const { report, lines } = reportOn(random(2) === 0 ? bytes : zipped);
      assertEquals([report.sums.total, report.ticks], [total, ticks]);
      const sources = report.groups.reduce((sum, one) => sum + one.bytes, 0n);
      const all = report.sums.total.bytes;
      const parts = PACKET_CLASSES.reduce(
        (sum, name) => sum + report.sums[name].bytes,
        -all,
      );
      assertEquals(sources + parts, all);
      const verdicts = VERDICTS.map((name) => report.sums[name]).reduce(plus);
      assertEquals(
        verdicts,
        runs.map(({ observed }) => observed).reduce(plus),
      );
      if (name === "jsonl") {
        assertEquals(report.incomplete.length, isFull, lines.join("\n"));
      }
      for (const { why } of report.incomplete) {
        assertEquals(why.replace(/^\d+/, "N"), "N packets are untracked");
      }
      assertEquals(
        lines.filter((line) => !/^(Incomplete|Nothing|CSV has)/.test(line)),
        [],
      );
    }
    if (total.bytes > 2n ** 53n) big++;
  }
  assert(big > 100, `${big}`);
});
