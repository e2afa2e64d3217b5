/** Packets of files in windows, by their times: what the records of a run say. */
import { assert, assertEquals } from "@std/assert";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { CaptureRun } from "../../src/packets/capture_run.ts";
import { ReadablePackets } from "../../src/packets/readable_packets.ts";
import { Blocks, pcapParts } from "../lib/capture_bytes.ts";
import { type Bytes, bytes, ethernetFrame } from "../lib/frames.ts";
import { generator, type Random } from "../lib/random.ts";
import { somePcap, somePcapng } from "../lib/some_captures.ts";
import { LineReader } from "../../src/report/record_reader.ts";

const ORIGIN = {
  host: "h",
  run: "r",
  interface: "x.pcap",
  direction: "in",
  by: BY_SOURCE.fields,
} as const;

const COUNTING = {
  keying: BY_SOURCE,
  filter: undefined,
  maxSources: 1000,
  rows: { sort: "ip", top: 0, endTop: 0 },
} as const;

// deno-lint-ignore no-explicit-any
type Json = any;

/** The records of a file that is read in parts of any length, as JSON. */
function recordsOf(
  file: Uint8Array,
  interval: number | undefined,
  random: Random = () => file.length,
): Json[] {
  const run = new CaptureRun(ORIGIN, { ...COUNTING, interval });
  const packets = new ReadablePackets();
  const records: Json[] = [];
  const keep = (record: Json) => {
    const line = jsonl[record.type as "tick"](record);
    new LineReader().read(new TextEncoder().encode(line)); // a report takes it
    records.push(JSON.parse(line));
  };
  for (let at = 0; at < file.length;) {
    const length = 1 + random(300);
    packets.reader.add(file.subarray(at, at + length));
    at += length;
    for (const record of run.take(packets)) keep(record);
  }
  packets.reader.end();
  if (packets.reader.damage !== undefined) run.markIncomplete();
  for (const record of run.end("end of file")) keep(record);
  return records;
}

interface Timed {
  /** Nanoseconds since 1970; undefined: the file does not say. */
  readonly time: bigint | undefined;
  readonly source: string;
  readonly length: number;
}

const MS = 1_000_000n;

/** Packets in about the order of their times, with pauses. */
function somePackets(random: Random, hasUntimed: boolean): Timed[] {
  let time = BigInt(random(2_000_000_000)) * 1_000_000_000n +
    BigInt(random(1_000_000_000));
  return Array.from({ length: random(120) }, () => {
    const step = [0, 1, 999, 1_000_000, 40_000_000, 1_000_000_000][random(6)]!;
    time += BigInt(step) * BigInt(random(3));
    if (random(40) === 0) time += BigInt(random(2 ** 31)) * MS * 5n;
    const jitter = random(6) === 0 ? BigInt(random(90_000_000)) : 0n;
    return {
      time: hasUntimed && random(5) === 0 ? undefined : time - jitter,
      source: `10.0.0.${random(5)}`,
      length: 60 + random(1400),
    };
  });
}

/** A file of them: pcapng, which also has packets without a time. */
function fileOf(packets: readonly Timed[]): Bytes {
  const blocks = new Blocks(true);
  return bytes(
    blocks.section(),
    blocks.interface(1, { options: [[9, Uint8Array.of(9)]] }),
    ...packets.map(({ time, source, length }) => {
      const data = ethernetFrame(source);
      const packet = { data, wireLength: length, seconds: 0, nanoseconds: 0 };
      // What is kept of a packet without a time is the whole of it.
      return time === undefined
        ? blocks.simplePacket({
          ...packet,
          data: bytes(data, Array(length - data.length).fill(0)),
        })
        : blocks.packet(0, time, packet);
    }),
  );
}

interface Window {
  start: bigint;
  packets: Timed[];
}

/** The windows that packets are in, by their definition. */
function windowsOf(packets: readonly Timed[], interval: bigint): Window[] {
  const first = packets.find(({ time }) => time !== undefined)?.time ?? 0n;
  const windows: Window[] = [];
  const early: Timed[] = [];
  for (const packet of packets) {
    const { time } = packet;
    const current = windows.at(-1);
    if (time !== undefined && !(current && time < current.start + interval)) {
      const start = first + (time - first) / interval * interval;
      windows.push({ start, packets: [...early.splice(0), packet] });
    } else if (current !== undefined) current.packets.push(packet);
    else early.push(packet);
  }
  return early.length === 0 ? windows : [{ start: 0n, packets: early }];
}

function sourcesOf(packets: readonly Timed[]) {
  const names = [...new Set(packets.map(({ source }) => source))].sort();
  return names.map((ip) => {
    const own = packets.filter(({ source }) => source === ip);
    const bytes = own.reduce((sum, { length }) => sum + length, 0);
    return { ip, packets: own.length, bytes };
  });
}

const iso = (time: bigint) => new Date(Number(time / MS)).toISOString();

Deno.test("packets in any order are in the windows of their times, however the file is divided", () => {
  const random = generator(21);
  for (let round = 0; round < 300; round++) {
    const packets = somePackets(random, random(3) === 0);
    const interval = [1, 7, 100, 1000, 60_000, 86_400_000][random(6)]!;
    const [start, ...records] = recordsOf(fileOf(packets), interval, random);
    const windows = windowsOf(packets, BigInt(interval) * MS);
    if (packets.length === 0) {
      assertEquals(start, undefined);
      continue;
    }
    const latest = packets.reduce(
      (latest, { time = 0n }) => time > latest ? time : latest,
      0n,
    );
    const [first] = windows as [Window];
    const end = records.pop();
    assertEquals(
      [start.type, start.mode, start.modeReason, start.interval, start.start],
      ["start", "file", "Ethernet", interval / 1000, iso(first.start)],
    );
    assertEquals(
      records.map(({ seq, start, end, sources }) => ({
        seq,
        start,
        end,
        sources,
      })),
      windows.map((window, at) => {
        const least = window.start + MS;
        const end = at < windows.length - 1
          ? window.start + BigInt(interval) * MS
          : latest > least
          ? latest
          : least;
        return {
          seq: at + 1,
          start: iso(window.start),
          end: iso(end),
          sources: sourcesOf(window.packets),
        };
      }),
    );
    assertEquals(end.sources, sourcesOf(packets));
    assertEquals(
      [end.type, end.reason, end.ticks, end.start, end.end, end.complete],
      [
        "end",
        "end of file",
        windows.length,
        start.start,
        records.at(-1).end,
        true,
      ],
    );
    assert(end.elapsed > 0 && records.every(({ elapsed }) => elapsed > 0));
  }
});

Deno.test("without an interval there is one record, from the earliest packet to the latest", () => {
  const random = generator(22);
  for (let round = 0; round < 100; round++) {
    const packets = somePackets(random, random(3) === 0);
    const records = recordsOf(fileOf(packets), undefined, random);
    if (packets.length === 0) {
      assertEquals(records, []);
      continue;
    }
    const times = packets.flatMap(({ time }) => time ?? []);
    const sorted = times.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0);
    const [first = 0n, last = 0n] = [sorted[0], sorted.at(-1)];
    const [end] = records;
    assertEquals(records.length, 1);
    assertEquals(end.sources, sourcesOf(packets));
    assertEquals(end.start, iso(first));
    assertEquals(end.end, iso(last > first + MS ? last : first + MS));
  }
});

Deno.test("a file that ends anywhere: what came before counts, and the record is not complete", () => {
  const packets = somePackets(generator(23), true).slice(0, 12);
  const whole = fileOf(packets);
  /** Where each packet ends. */
  const ends = packets.map((_, at) => fileOf(packets.slice(0, at + 1)).length);
  for (let length = 0; length < whole.length; length++) {
    const [end] = recordsOf(whole.subarray(0, length), undefined);
    const before = ends.filter((end) => end <= length).length;
    if (before === 0) assertEquals(end, undefined);
    else {
      assertEquals(end.sources, sourcesOf(packets.slice(0, before)));
      assertEquals(end.complete, ends.includes(length));
    }
  }
});

Deno.test("any bytes: a report takes the records, and they balance", () => {
  const random = generator(25);
  for (let round = 0; round < 600; round++) {
    const { parts } = (random(2) === 0 ? somePcap : somePcapng)(random);
    const file = bytes(...parts);
    for (let changes = random(12); changes > 0; changes--) {
      file[random(file.length)] = random(3) === 0 ? 255 : random(256);
    }
    const interval = [undefined, 1, 1000, 31_622_400_000][random(4)];
    recordsOf(file, interval, random); // it checks each record
  }
});

Deno.test("a checksum behind frames is none of their bytes, and is not read as a header", () => {
  const frame = ethernetFrame("10.0.0.1").subarray(0, 30); // its header is cut off
  const packet = {
    data: bytes(frame, Array(4).fill(0x45)),
    wireLength: 104,
    seconds: 1,
    nanoseconds: 0,
  };
  const whole = { ...packet, wireLength: 34 };
  const link = 0x2400_0001; // FCS of two 16-bit words
  const [end] = recordsOf(
    bytes(...pcapParts([packet, whole], { link })),
    undefined,
  );
  assertEquals(end.total, { packets: 2, bytes: 130 });
  // All that was captured of the first one may be the frame's.
  assertEquals([end.sources.length, end.malformed.packets], [1, 1]);
});

Deno.test("times that no record can have are none", () => {
  const blocks = new Blocks(false);
  const data = ethernetFrame("10.0.0.1");
  const packet = { data, wireLength: 60, seconds: 0, nanoseconds: 0 };
  for (const offset of [-5_000_000_000n, 10n ** 17n]) {
    const file = bytes(
      blocks.section(),
      blocks.interface(1, {
        options: [[14, blocks.numbers.i64(offset)]],
      }),
      blocks.interface(1),
      blocks.packet(0, 5n, packet),
      blocks.packet(1, 77_000_000n, packet),
    );
    const records = recordsOf(file, 1000);
    assertEquals(
      records.map(({ type, start }) => [type, start]),
      ["start", "tick", "end"].map((
        type,
      ) => [type, "1970-01-01T00:01:17.000Z"]),
    );
    assertEquals(records.at(-1).total.packets, 2);
  }
});

Deno.test("packets of link types that cannot be read are left out, and named", () => {
  const blocks = new Blocks(true);
  const data = ethernetFrame("10.0.0.1");
  const packet = { data, wireLength: 60, seconds: 0, nanoseconds: 0 };
  const packets = new ReadablePackets();
  packets.reader.add(bytes(
    blocks.section(),
    ...[127, 1, 9999].map((type) => blocks.interface(type)),
    ...[0, 1, 0, 2, 1, 0].map((number) => blocks.packet(number, 1n, packet)),
  ));
  while (packets.next());
  assertEquals([packets.count, packets.untimed], [2, 0]);
  assertEquals(
    [...packets.refused],
    [["IEEE 802.11 with radiotap", 3], ["link type 9999", 1]],
  );
});
