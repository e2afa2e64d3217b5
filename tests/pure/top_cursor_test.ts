/** The cursor of `top` stays on its row, for any change of the rows. */
import { assert, assertEquals } from "@std/assert";
import { NOTHING } from "../../src/tally/source_list.ts";
import { Cursor } from "../../src/view/cursor.ts";
import type { ViewRow } from "../../src/view/view_row.ts";
import { generator, type Random } from "../lib/random.ts";

function rowOf(key: string): ViewRow {
  return {
    key,
    address: undefined,
    first: new Date(0),
    born: 0,
    seen: 0,
    tick: NOTHING,
    run: undefined,
    smooth: { packets: 0, bytes: 0 },
    fanOut: [],
    step: 0,
    place: 0,
  };
}

/** Some of the rows, in any order. */
function someOf(rows: readonly ViewRow[], random: Random): ViewRow[] {
  return rows.filter(() => random(3) > 0)
    .map((row) => [random(1000), row] as const)
    .sort(([a], [b]) => a - b).map(([, row]) => row);
}

Deno.test("the cursor is on its row whenever that is there, and in sight; moved, it goes on from there", () => {
  const random = generator(1);
  const all = Array.from({ length: 60 }, (_, at) => rowOf(`10.0.0.${at}`));
  for (let round = 0; round < 200; round++) {
    const cursor = new Cursor();
    let rows = someOf(all, random);
    let key: string | undefined;
    let offset = 0;
    for (let step = 0; step < 30; step++) {
      const page = 1 + random(20);
      if (random(2) === 0) {
        rows = someOf(all, random);
        cursor.find(rows);
      } else {
        const by = [1, -1, 3, -3, page, -page][random(6)]!;
        const from = cursor.at;
        cursor.move(rows, by, { offset, page });
        if (from >= 0) {
          const to = Math.max(0, Math.min(from + by, rows.length - 1));
          assertEquals(cursor.at, to);
        }
        key = rows[cursor.at]?.key ?? key;
      }
      const place = rows.findIndex((row) => row.key === key);
      assertEquals(cursor.at, place);
      offset = cursor.follow({ offset, page });
      if (place >= 0) assert(offset <= place && place < offset + page);
    }
    cursor.clear();
    cursor.find(rows);
    assertEquals([cursor.at, cursor.follow({ offset: 7, page: 3 })], [-1, 7]);
  }
});

Deno.test("the first move comes from above the rows in sight, or from below; there need be no rows", () => {
  const rows = Array.from({ length: 50 }, (_, at) => rowOf(`${at}`));
  for (
    const [by, at] of [
      [1, 10],
      [20, 29],
      [-1, 29],
      [-20, 10],
      [Infinity, 49],
      [-Infinity, 0],
    ] as const
  ) {
    const cursor = new Cursor();
    cursor.move(rows, by, { offset: 10, page: 20 });
    assertEquals(cursor.at, at);
  }
  const cursor = new Cursor();
  cursor.move([], 1, { offset: 0, page: 5 });
  cursor.put([], 7);
  assertEquals(cursor.at, -1);
});
