/** The record formats: text, JSON Lines and CSV. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatIpv4, formatIpv6 } from "../../src/basics/address.ts";
import { csvFields } from "../../src/basics/csv_field.ts";
import { csv } from "../../src/formats/csv.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { formatBytes, formatRate } from "../../src/basics/quantity.ts";
import { formatMapContents, text } from "../../src/formats/text.ts";
import type { EndRecord, TickRecord } from "../../src/tally/records.ts";

const TICK: TickRecord = {
  type: "tick",
  host: "h,1",
  run: "r",
  interface: "eth0",
  direction: "in",
  by: ["source"],
  seq: 3,
  skipped: 0,
  start: new Date("2026-01-02T03:04:05.000Z"),
  end: new Date("2026-01-02T03:04:07.000Z"),
  elapsed: 2,
  complete: true,
  books: {
    total: { packets: 40n, bytes: 4000n },
    untracked: { packets: 6n, bytes: 600n, full: 3n, noMemory: 2n, busy: 1n },
    nonIp: { packets: 3n, bytes: 300n, types: new Map([["arp", 2n]]) },
    malformed: {
      ...{ packets: 1n, bytes: 100n },
      ...{ cut: 0n, version: 1n, length: 0n },
    },
    filtered: { packets: 0n, bytes: 0n },
    undecoded: { packets: 0n, bytes: 0n },
  },
  sources: [
    {
      key: "10.0.0.1",
      values: ["10.0.0.1"],
      packets: 20n,
      bytes: 2000n,
      run: { packets: 120n, bytes: 12_000n },
    },
    {
      key: "2001:db8::1",
      values: ["2001:db8::1"],
      packets: 5n,
      bytes: 500n,
      run: undefined,
    },
  ],
  shown: { sources: 2, packets: 25n, bytes: 2500n },
  others: { sources: 2, packets: 5n, bytes: 500n },
  ownCounter: { packets: 41n, bytes: 4100n },
  snapshot: () => {
    throw new Error("no format of records asks for it");
  },
};

const END: EndRecord = { ...TICK, type: "end", reason: "count", ticks: 3 };

Deno.test("formatMapContents: the example's row, then bytes and rate", () => {
  const rows = formatMapContents(TICK);
  assertEquals(
    rows,
    "\t10.0.0.1 => 120   +20  12.0 kB   10/s\n" +
      "\t2001:db8::1 => 5   +5    500 B  2.5/s  (this tick only: --max-sources is reached)\n",
  );
  for (const row of rows.trimEnd().split("\n")) {
    assertMatch(row, /^\t(\S+) => (\d+)/);
  }
  assertEquals(formatMapContents({ ...TICK, sources: [] }), "");
});

Deno.test("text: the line above the rows is the sum of the books", () => {
  assertStringIncludes(
    text.tick(TICK),
    "eth0 2026-01-02T03:04:07Z tick 3: 40 packets = 25 from 2 sources + 5 from 2 others + 6 untracked + 3 non-IP + 1 malformed\n",
  );
  assertStringIncludes(
    text.tick({ ...TICK, skipped: 2 }),
    "tick 3 (with 2 missed deadlines): ",
  );
  assertStringIncludes(
    text.tick({ ...TICK, complete: false }),
    "1 malformed (INCOMPLETE)\n",
  );
  assertStringIncludes(
    text.end(END),
    "end (count) after 3 ticks in 2.000 s: 40 packets = ",
  );
});

Deno.test("jsonl: schema 1", () => {
  const line = jsonl.tick(TICK);
  assertEquals(line.at(-1), "\n");
  assertEquals(line.trimEnd().includes("\n"), false);
  const counts = {
    complete: true,
    total: { packets: 40, bytes: 4000 },
    sources: [
      { ip: "10.0.0.1", packets: 20, bytes: 2000 },
      { ip: "2001:db8::1", packets: 5, bytes: 500 },
    ],
    others: { sources: 2, packets: 5, bytes: 500 },
    untracked: { packets: 6, bytes: 600, full: 3, noMemory: 2, busy: 1 },
    nonIp: { packets: 3, bytes: 300, types: { arp: 2, other: 1 } },
    malformed: { packets: 1, bytes: 100, cut: 0, version: 1, length: 0 },
    filtered: { packets: 0, bytes: 0 },
    undecoded: { packets: 0, bytes: 0 },
    rxCounter: { packets: 41, bytes: 4100 },
  };
  const origin = (type: string) => ({
    schema: 1,
    type,
    host: "h,1",
    run: "r",
    interface: "eth0",
    direction: "in",
  });
  const span = {
    start: "2026-01-02T03:04:05.000Z",
    end: "2026-01-02T03:04:07.000Z",
    elapsed: 2,
  };
  assertEquals(JSON.parse(line), {
    ...origin("tick"),
    seq: 3,
    ...span,
    skipped: 0,
    ...counts,
  });
  assertEquals(JSON.parse(jsonl.end(END)), {
    ...origin("end"),
    reason: "count",
    ...span,
    ticks: 3,
    ...counts,
  });
  const { host, run, interface: name, start } = TICK;
  assertEquals(
    JSON.parse(
      jsonl.start({
        type: "start",
        direction: "in",
        by: ["source"],
        filter: undefined,
        host,
        run,
        interface: name,
        ifindex: 4,
        mode: "native",
        version: "1",
        start,
        interval: 1,
      }),
    ),
    {
      ...origin("start"),
      ifindex: 4,
      mode: "native",
      version: "1",
      start: span.start,
      interval: 1,
    },
  );
});

Deno.test("jsonl: integers are exact, as strings beyond 2^53", () => {
  const most = 2n ** 53n;
  const books = {
    ...TICK.books,
    total: { packets: most - 1n, bytes: most + 1n },
  };
  assertStringIncludes(
    jsonl.tick({ ...TICK, books }),
    '"total":{"packets":9007199254740991,"bytes":"9007199254740993"}',
  );
});

Deno.test("csv: RFC 4180, and the rows sum to the total row", () => {
  assertEquals(
    csv.header,
    "start,end,host,interface,class,source,packets,bytes,total_packets,total_bytes,run,seq,elapsed\r\n",
  );
  const rows = csv.tick(TICK).trimEnd().split("\r\n");
  assertEquals(
    rows[0],
    '2026-01-02T03:04:05.000Z,2026-01-02T03:04:07.000Z,"h,1",eth0,source,10.0.0.1,20,2000,,,' +
      `${TICK.run},${TICK.seq},${TICK.elapsed}`,
  );
  assertEquals(rows.length, 8);
  const cells = rows.map((row) => csvFields(row)!);
  for (const column of [6, 7]) {
    const total = cells.at(-1)![column + 2];
    const sum = cells.reduce((sum, row) => sum + Number(row[column]), 0);
    assertEquals(sum, Number(total));
  }
  for (const row of cells) {
    const filled = row.slice(6, 10).map((cell) => cell !== "");
    const isTotal = row[4] === "total";
    assertEquals(filled, [!isTotal, !isTotal, isTotal, isTotal]);
  }
  assertEquals(csv.end(END), "");
});

Deno.test("addresses: dotted quads, and IPv6 by RFC 5952", () => {
  assertEquals(formatIpv4(Uint8Array.of(10, 0, 255, 1)), "10.0.255.1");
  const cases: [hex: string, text: string][] = [
    ["00000000000000000000000000000000", "::"],
    ["00000000000000000000000000000001", "::1"],
    ["20010db8000000000000000000000001", "2001:db8::1"],
    ["20010db80000000000010000000000ab", "2001:db8::1:0:0:ab"],
    ["20010db8000000010000000000000001", "2001:db8:0:1::1"],
    ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
    ["00010002000300040005000600070000", "1:2:3:4:5:6:7:0"],
    ["00010000000000000000000000000000", "1::"],
    ["fe80000000000000021122fffe334455", "fe80::211:22ff:fe33:4455"],
    ["00000000000000000000ffffc0000201", "::ffff:192.0.2.1"],
    ["ABCD00000000EF0100000000000A0B0C", "abcd::ef01:0:0:a:b0c"],
  ];
  for (const [hex, text] of cases) {
    assertEquals(formatIpv6(Uint8Array.fromHex(hex)), text);
  }
});

Deno.test("bytes and rates are rounded for display", () => {
  for (
    const [bytes, text] of [[0, "0 B"], [999, "999 B"], [1000, "1.0 kB"], [
      999_949,
      "999.9 kB",
    ], [999_950, "1.0 MB"]] as const
  ) {
    assertEquals(formatBytes(BigInt(bytes)), text);
  }
  assertEquals(formatBytes(2n ** 63n), "9.2 EB");
  for (
    const [rate, text] of [[0, "0/s"], [0.55, "0.6/s"], [9.94, "9.9/s"], [
      10.4,
      "10/s",
    ], [Infinity, "-/s"]] as const
  ) {
    assertEquals(formatRate(rate), text);
  }
});
