/** An opened row of `top`: what it says, and that its parts add up. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type FieldName,
  type FieldValue,
  keyText,
  valuesOfKey,
} from "../../src/basics/keys.ts";
import { EMPTY_BOOKS } from "../../src/tally/books.ts";
import type { StartRecord, TickRecord } from "../../src/tally/records.ts";
import { NOTHING, plus } from "../../src/tally/source_list.ts";
import { Detail } from "../../src/view/detail.ts";
import { difference } from "../../src/view/diff.ts";
import { fieldSums } from "../../src/view/field_sums.ts";
import { roundTop } from "../../src/view/graph.ts";
import { GroupedRows } from "../../src/view/grouped_rows.ts";
import { groupingsFor } from "../../src/view/grouping.ts";
import { Pane } from "../../src/view/pane.ts";
import { UNICODE } from "../../src/view/spark.ts";
import { View } from "../../src/view/view.ts";
import { generator, type Random } from "../lib/random.ts";
import { from, linesOf, Ticks, viewOf } from "./ticks.ts";

function press(view: View, ...keys: string[]): void {
  for (const key of keys) view.press(key);
}

/** A row with its fields, as in a record. */
interface FieldRow {
  readonly values: readonly FieldValue[];
  readonly packets: number;
  readonly bytes: number;
}

const BY = ["source", "destination", "protocol", "port"] as const;

function startOf(
  by: readonly FieldName[],
  more: Partial<StartRecord> = {},
): StartRecord {
  return { ...new Ticks().start, by, ...more };
}

/** Tick `seq` of a second, with these rows. */
function tickOf(
  start: StartRecord,
  seq: number,
  rows: readonly FieldRow[],
): TickRecord {
  const total = rows.map(({ packets, bytes }) => ({
    packets: BigInt(packets),
    bytes: BigInt(bytes),
  })).reduce(plus, NOTHING);
  const time = (seconds: number) =>
    new Date(start.start.getTime() + seconds * 1000);
  const books = { ...EMPTY_BOOKS, total };
  return {
    ...start,
    type: "tick",
    seq,
    start: time(seq - 1),
    end: time(seq),
    elapsed: 1,
    skipped: 0,
    complete: true,
    books,
    sources: rows.map(({ values, packets, bytes }) => {
      const count = { packets, bytes };
      return { key: keyText(values), values, ...count, run: count };
    }),
    shown: { sources: rows.length, ...total },
    others: { sources: 0, ...NOTHING },
    ownCounter: undefined,
    snapshot: () => ({ books, complete: true }) as never,
  };
}

/** Rows with different keys. */
function randomRows(random: Random, count: number): FieldRow[] {
  const rows = new Map<string, FieldRow>();
  for (let at = 0; at < count; at++) {
    const protocol = ["tcp", "udp", "icmp"][random(3)]!;
    const values = [
      random(4) === 0
        ? `2001:db8::${random(9)}`
        : `10.0.${random(3)}.${random(9)}`,
      `192.0.2.${random(5)}`,
      protocol,
      protocol === "icmp" ? null : random(50),
    ];
    const packets = 1 + random(1000);
    rows.set(keyText(values), { values, packets, bytes: packets * 100 });
  }
  return [...rows.values()];
}

function paneOf(start: StartRecord, ...ticks: FieldRow[][]): Pane {
  const pane = new Pane(start);
  for (const [at, rows] of ticks.entries()) {
    pane.take(tickOf(start, at + 1, rows));
  }
  return pane;
}

Deno.test("a key and its values: each is made of the other", () => {
  for (const { values } of randomRows(generator(1), 300)) {
    assertEquals(valuesOfKey(keyText(values), BY), values);
  }
});

Deno.test("an opened row has the members of the row on the screen, and its sums by each field add up to it", () => {
  const random = generator(2);
  const start = startOf(BY);
  for (let round = 0; round < 3; round++) {
    const pane = paneOf(start, randomRows(random, 80), randomRows(random, 80));
    for (const grouping of groupingsFor(BY)) {
      const { rows } = new GroupedRows(grouping, BY)
        .sum(pane.rows, "tick", () => true);
      for (const row of rows) {
        const members = new Detail(row.key, grouping, pane).members(pane.rows);
        assertEquals(new Set(members), new Set(row.members));
        for (const { values } of fieldSums(members, BY, grouping)) {
          const parts = values.map(({ tick }) => tick);
          assertEquals(parts.reduce(plus, NOTHING), row.tick);
          const packets = parts.map((part) => Number(part.packets));
          assertEquals(packets, packets.toSorted((a, b) => b - a));
          const texts = new Set(values.map(({ text }) => text));
          assertEquals(texts.size, values.length);
        }
      }
    }
  }
});

Deno.test("the ticks of an opened row are those of the history, and go on; what is not kept is unknown", () => {
  const random = generator(3);
  const start = startOf(["source"]);
  const rows = (count: number) =>
    Array.from({ length: count }, (_, at): FieldRow => {
      const packets = 1 + random(1000);
      return {
        values: [`10.0.${at >> 8}.${at & 255}`],
        packets,
        bytes: packets,
      };
    });
  const ticks = Array.from({ length: 50 }, () => rows(150));
  const pane = paneOf(start, ...ticks);
  const grouping = { fields: ["source"], isByNetwork: false } as const;
  let unknown = 0;
  for (const at of [0, 20, 149]) {
    const key = `10.0.0.${at}`;
    const detail = new Detail(key, grouping, pane);
    const of = detail.ticks(Infinity);
    assertEquals(of.map(({ end }) => end), ticks.map((_, at) => at + 1));
    for (const [tick, { packets, bytes }] of of.entries()) {
      const row = ticks[tick]![at]!;
      if (Number.isNaN(bytes)) unknown++;
      else assertEquals(bytes, row.bytes);
      // The packets of the last ticks are known of all rows.
      if (tick >= 50 - 32) assertEquals(packets, row.packets);
      else if (!Number.isNaN(packets)) assertEquals(packets, row.packets);
    }
    assertEquals(detail.ticks(30).length, 30);
  }
  assert(unknown > 0);
  const detail = new Detail("10.0.0.7", grouping, pane);
  const next = rows(150);
  pane.take(tickOf(start, 51, next));
  detail.take(pane);
  const { end, packets, bytes } = detail.ticks(Infinity).at(-1)!;
  assertEquals([end, packets, bytes], [51, next[7]!.packets, next[7]!.bytes]);
});

Deno.test("Enter opens the row under the cursor; Esc and q lead back to the same screen", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  press(view, "enter");
  for (let tick = 0; tick < 5; tick++) {
    view.tick(ticks.next([from(1, 500), from(2, 300), from(3, 200)]));
  }
  press(view, "j", "j");
  const before = linesOf(view.frame(80, 24));
  for (const key of ["escape", "q"]) {
    press(view, "enter");
    const lines = linesOf(view.frame(100, 60));
    const text = lines.join("\n");
    assertMatch(text, /^10\.0\.0\.2$/m);
    assertMatch(
      text,
      /^last tick +300 packets\/s {2}240 kbit\/s {2}30\.0% of all packets$/m,
    );
    assertMatch(
      text,
      /^run +1,500 packets {2}150\.0 kB {2}30\.0% of all packets$/m,
    );
    assertMatch(text, /^average +100 bytes a packet in the tick, 100 bytes/m);
    assertMatch(text, /^first seen {2}2023-11-14 22:13:20 UTC$/m);
    assertMatch(text, /^last seen +2023-11-14 22:13:25 UTC$/m);
    assertMatch(text, /^PACKETS\/S {2}peak 300$/m);
    assertMatch(text, /^ +500 /m);
    assertMatch(text, /^BIT\/S {2}peak 240 k$/m);
    assertMatch(text, /^Sources can be forged\./m);
    assertMatch(text, /^nft add element inet xdptally v4 \{ 10\.0\.0\.2 \}$/m);
    assertMatch(text, /^ip route add blackhole 10\.0\.0\.2$/m);
    assertMatch(lines[59]!, /^Esc back/);
    assertEquals(view.press(key), undefined);
    assertEquals(linesOf(view.frame(80, 24)), before);
  }
  press(view, "escape", "enter");
  assertMatch(
    linesOf(view.frame(80, 24))[6]!,
    /^10\.0\.0\.1$/,
    "the first in sight",
  );
});

Deno.test("an opened row scrolls, follows the ticks, the pause and the past, and keeps within any size", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  for (let tick = 1; tick <= 9; tick++) {
    view.tick(ticks.next([from(1, tick * 100)]));
  }
  press(view, "enter");
  const rate = () =>
    /^last tick +([\d,]+)/m.exec(linesOf(view.frame(80, 50)).join("\n"))?.[1];
  assertEquals(rate(), "900");
  view.tick(ticks.next([from(1, 50)]));
  assertEquals(rate(), "50");
  press(view, "[", "[");
  assertEquals(rate(), "800");
  press(view, "]", "]", "p");
  view.tick(ticks.next([from(1, 60)]));
  assertEquals(rate(), "50");
  press(view, "p");
  assertEquals(rate(), "60");
  const lastLine = () => linesOf(view.frame(80, 24))[22];
  press(view, "G");
  assertEquals(lastLine(), "ip route del blackhole 10.0.0.1");
  press(view, "j", " ", "wheeldown");
  assertEquals(lastLine(), "ip route del blackhole 10.0.0.1");
  press(view, "k");
  assertEquals(lastLine(), "to undo that:");
  press(view, "g", "up", "wheelup");
  assertEquals(linesOf(view.frame(80, 24))[6], "10.0.0.1");
  for (
    const [width, height] of [[1, 1], [10, 3], [40, 10], [300, 90]] as const
  ) {
    assertEquals(view.frame(width, height).characters.length, width * height);
  }
  const narrow = linesOf(view.frame(40, 90)).join("");
  assertMatch(narrow, /nft add element inet xdptally v4 \{ 10\.0\.0\.1 \}/);
});

Deno.test("a refresh of an opened row of an uneven source is under 5 kB, in any size", () => {
  const random = generator(5);
  for (const [width, height] of [[80, 24], [200, 50], [120, 80]] as const) {
    const ticks = new Ticks();
    const view = viewOf(ticks);
    const tick = () => view.tick(ticks.next([from(1, 1 + random(100_000))]));
    for (let count = 0; count < 200; count++) tick();
    press(view, "enter");
    let shown = view.frame(width, height);
    for (let count = 0; count < 50; count++) {
      tick();
      const frame = view.frame(width, height);
      const { length } = new TextEncoder().encode(
        difference(shown, frame, "true"),
      );
      assert(length > 0 && length < 5000, `${length}`);
      shown = frame;
    }
  }
});

Deno.test("an opened row has its fields, names, and why there is nothing to block", () => {
  const CASES: [
    by: FieldName[],
    values: FieldValue[],
    more: Partial<StartRecord>,
    says: RegExp,
  ][] = [
    [
      ["source", "port"],
      ["10.0.0.1", 443],
      {},
      /^PORT \(2\) +PACKETS\/S[^]*^443 .* 75\.0%[^]*^- .* 25\.0%/m,
    ],
    [["port"], [443], {}, /^Rows are not sources\.$/m],
    [
      ["source"],
      ["10.0.0.1"],
      { direction: "out" },
      /^It is an address of this host\.$/m,
    ],
    [
      ["source"],
      ["10.0.0.1"],
      { inner: "vxlan:4789" },
      /^It may be inside a tunnel/m,
    ],
    [["source"], ["10.0.0.1"], {}, /^10\.0\.0\.1 {2}named 10\.0\.0\.1$/m],
  ];
  for (const [by, values, more, says] of CASES) {
    const start = startOf(by, more);
    const namer = {
      hasFiles: true,
      of: (place: string) => place === "10.0.0.1" ? `named ${place}` : "",
    };
    const options = { sort: "packets", by, interval: 1000 } as const;
    const view = new View({ ...options, glyphs: UNICODE, namer });
    view.start(start);
    const rows = [{ values, packets: 300, bytes: 30_000 }];
    if (by.length > 1) {
      rows.push({ values: [values[0]!, null], packets: 100, bytes: 6000 });
    }
    view.tick(tickOf(start, 1, rows));
    if (by.length > 1) press(view, "b");
    press(view, "enter");
    assertMatch(linesOf(view.frame(120, 60)).join("\n"), says);
  }
});

Deno.test("the top of a scale is the next round number", () => {
  const random = generator(4);
  for (let round = 0; round < 1000; round++) {
    const peak = random(1e9) / (1 + random(1e6));
    const top = roundTop(peak);
    assert(top >= peak && (peak === 0 || top <= peak * 2.5 + 1e-9), `${peak}`);
    assertMatch(top.toExponential(), /^[125]e/);
  }
  assertEquals([roundTop(0), roundTop(NaN)], [1, 1]);
});
