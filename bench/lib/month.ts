/** Generates a month of captures, as cron jobs on several hosts would write them. */
import { addSource } from "../../tests/lib/sources.ts";
import type { Family } from "../../src/basics/address.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { fileName, parsePattern } from "../../src/formats/capture_name.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { EMPTY_BOOKS } from "../../src/tally/books.ts";
import type { Moment } from "../../src/tally/moment.ts";
import {
  Run,
  type RunOptions,
  type WindowSources,
} from "../../src/tally/run.ts";
import { plus, SourceList } from "../../src/tally/source_list.ts";
import { VERSION } from "../../src/basics/version.ts";
import { Random } from "./random.ts";

interface MonthSize {
  readonly hosts: number;
  readonly days: number;
  /** One capture at the start of each hour. */
  readonly capturesADay: number;
  /** One tick per second. */
  readonly ticksACapture: number;
}

const MONTH: MonthSize = {
  hosts: 10,
  days: 30,
  capturesADay: 24,
  ticksACapture: 60,
};

/** Number of sources: in total, in one capture, and in one tick. */
const SOURCES = 5000, IN_CAPTURE = 100, IN_TICK = 20;
/** One of 50 sources has an IPv6 address. */
const IPV6_EVERY = 50;
const FIRST_DAY = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000, DAY = 24 * HOUR;

/** The default options of a capture. */
const DEFAULTS: RunOptions = {
  labels: undefined,
  keying: BY_SOURCE,
  sort: "packets",
  top: 0,
  endTop: 0,
  maxSources: 65536,
};

interface WrittenMonth {
  readonly files: readonly string[];
  readonly ticks: number;
  readonly bytes: number;
}

/** Writes one file per host and day into a folder. The bytes are always the same. */
export async function writeMonth(
  folder: string,
  size: MonthSize = MONTH,
): Promise<WrittenMonth> {
  const random = new Random(1);
  const pattern = parsePattern(`${folder}/`);
  const files: string[] = [];
  let bytes = 0;
  for (let number = 0; number < size.hosts; number++) {
    const host = `web${number}`;
    for (let day = 0; day < size.days; day++) {
      const midnight = FIRST_DAY + day * DAY;
      const file = fileName(pattern, {
        host,
        interface: "eth0",
        time: new Date(midnight),
      });
      const captures = Array.from(
        { length: size.capturesADay },
        (_, hour) =>
          capture(random, host, midnight + hour * HOUR, size.ticksACapture),
      );
      const text = new TextEncoder().encode(captures.join(""));
      await Deno.writeFile(file, text);
      files.push(file);
      bytes += text.length;
    }
  }
  const ticks = files.length * size.capturesADay * size.ticksACapture;
  return { files, ticks, bytes };
}

/** The records of one run, as JSON Lines. */
function capture(
  random: Random,
  host: string,
  start: number,
  ticks: number,
): string {
  const origin = {
    host,
    run: uuid(random),
    interface: "eth0",
    direction: "in",
    by: ["source"],
  } as const;
  const run = new Run(origin, DEFAULTS, moment(start));
  const senders = sendersOf(random);
  const lines = [jsonl.start({
    type: "start",
    ...origin,
    ifindex: 2,
    mode: "native",
    version: VERSION,
    start: new Date(start),
    interval: 1,
    filter: undefined,
  })];
  for (let tick = 1; tick <= ticks; tick++) {
    const window = windowOf(random, senders);
    const nonIp = { packets: 2n, bytes: 120n, types: new Map([["arp", 2n]]) };
    const total = plus(plus(window.ipv4.sum(), window.ipv6.sum()), nonIp);
    const books = { ...EMPTY_BOOKS, total, nonIp };
    const end = moment(start + tick * 1000 + random.next());
    lines.push(jsonl.tick(run.close(window, books, { end })));
  }
  lines.push(jsonl.end(run.end("duration", moment(start + ticks * 1000 + 1))));
  return lines.join("");
}

/** @param time ms; the wall clock has whole ms */
function moment(time: number): Moment {
  return { boot: time, wall: Math.floor(time) };
}

/** The sources of one capture. A few sources are in many captures, most in few. */
function sendersOf(random: Random): number[] {
  const senders = new Set<number>();
  while (senders.size < IN_CAPTURE) {
    senders.add(Math.floor(SOURCES * random.next() ** 2));
  }
  return [...senders];
}

/** The counts of one tick: consecutive sources among the senders. */
function windowOf(random: Random, senders: readonly number[]): WindowSources {
  const window = {
    ipv4: new SourceList("ipv4"),
    ipv6: new SourceList("ipv6"),
  };
  const first = random.below(senders.length);
  for (let at = first; at < first + IN_TICK; at++) {
    const { family, key } = addressOf(senders[at % senders.length]!);
    const packets = 1 + Math.floor(1000 * random.next() ** 4);
    const bytes = packets * (60 + random.below(1440));
    addSource(window[family], key, packets, 0, bytes, 0);
  }
  return window;
}

function addressOf(source: number): { family: Family; key: Uint32Array } {
  const number = source + 1;
  const low = [number >> 8, number & 0xff];
  const [family, address] = source % IPV6_EVERY === 0
    ? ["ipv6", [0x20, 0x01, 0x0d, 0xb8, ...Array(10).fill(0), ...low]] as const
    : ["ipv4", [10, ...low, 1]] as const;
  return { family, key: new Uint32Array(Uint8Array.from(address).buffer) };
}

function uuid(random: Random): string {
  const hex = Array.from(
    { length: 32 },
    () => random.below(16).toString(16),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
