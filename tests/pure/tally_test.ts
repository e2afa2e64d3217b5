/** Adding up and ranking sources: exact at any size. */
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { assert, assertEquals } from "@std/assert";
import type { Family } from "../../src/basics/address.ts";
import { balances, EMPTY_BOOKS } from "../../src/tally/books.ts";
import { ordered, type Sort } from "../../src/tally/order.ts";
import { rank, sourceAt } from "../../src/tally/rank.ts";
import { SourceList } from "../../src/tally/source_list.ts";
import { SourceTable } from "../../src/tally/source_table.ts";
import { firstRows } from "../../src/tally/first_rows.ts";
import { addSource } from "../lib/sources.ts";
import { listOf, v4, v6 } from "./lists.ts";

const TWO_53 = 2n ** 53n;

Deno.test("the tallies of all CPUs are added exactly, above 2^32 and 2^53", () => {
  const list = new SourceList("ipv4");
  const tallies = [
    BigUint64Array.of(...[TWO_53, 1n], ...[0xffffffffn, 5n]),
    BigUint64Array.of(...[1n, TWO_53 * 2n], ...[1n, 6n]),
  ].map(({ buffer }) => new Uint32Array(buffer));
  list.addSources(Uint32Array.of(1, 0, 2, 0), 2, tallies, 2);
  assertEquals([...list.keys.subarray(0, 2)], [1, 2]);
  assertEquals(list.tally(0), {
    packets: TWO_53 + 1n,
    bytes: TWO_53 * 2n + 1n,
  });
  assertEquals(list.tally(1), { packets: 0x1_0000_0000n, bytes: 11n });
  assertEquals(list.sum(), {
    packets: TWO_53 + 0x1_0000_0001n,
    bytes: TWO_53 * 2n + 12n,
  });
});

Deno.test("a key without packets gets no row", () => {
  const list = new SourceList("ipv4");
  const tally = Uint32Array.of(...[1, 0, 60, 0], ...Array(8).fill(0), ...[
    0,
    7,
    1,
    0,
  ]);
  list.addSources(Uint32Array.of(1, 2, 3, 4), 1, [tally], 4);
  list.addSources(Uint32Array.of(5), 1, [], 1);
  assertEquals(list.length, 2);
  assertEquals([...list.keys.subarray(0, 2)], [1, 4]);
  assertEquals(list.tally(1), { packets: 7n << 32n, bytes: 1n });
});

Deno.test("a list keeps its rows when it grows", () => {
  const list = new SourceList("ipv6", BY_SOURCE, 1);
  for (let source = 0; source < 100; source++) {
    addSource(list, Uint32Array.of(0, 0, 0, source), source + 1, 0, 1, 0);
  }
  assertEquals(list.length, 100);
  assertEquals(list.packets(99), 100);
  assertEquals(list.key(99)[12], 99);
});

Deno.test("a table adds up windows, like a plain Map does, however much room it has at first", () => {
  const cases = (["ipv4", "ipv6"] as Family[]).flatMap((family) =>
    [1, 100, 10_000].map((capacity) => ({ family, capacity }))
  );
  for (const { family, capacity } of cases) {
    const table = new SourceTable(family, 10_000, BY_SOURCE, capacity);
    const plain = new Map<number, bigint>();
    for (let round = 0; round < 20; round++) {
      const window = new SourceList(family);
      for (let source = round + 1; source < 5000; source += round % 3 + 1) {
        const key = Uint32Array.of(...Array(window.words - 1).fill(7), source);
        addSource(window, key, source, round, 1, 0);
        plain.set(
          source,
          (plain.get(source) ?? 0n) + BigInt(source) + (BigInt(round) << 32n),
        );
      }
      assertEquals(table.add(window).packets, 0n);
    }
    assertEquals(table.length, plain.size);
    for (let row = 0; row < table.length; row++) {
      const source = table.keys[(row + 1) * table.words - 1]!;
      assertEquals(table.tally(row).packets, plain.get(source));
      assertEquals(table.rowOf(table, row), row);
    }
  }
});

for (const capacity of [1, 2]) {
  Deno.test(`a full table refuses new sources, keeps counting the others, and returns the rest: room for ${capacity} at first`, () =>
    fill(new SourceTable("ipv4", 2, BY_SOURCE, capacity)));
}

function fill(table: SourceTable): void {
  assertEquals(
    table.add(listOf("ipv4", v4("10.0.0.1", 1, 60), v4("10.0.0.2", 2, 120)))
      .packets,
    0n,
  );
  const left = table.add(
    listOf(
      "ipv4",
      v4("10.0.0.3", 4, 240),
      v4("10.0.0.1", 8, 480),
      v4("10.0.0.4", 16, 960),
    ),
  );
  assertEquals(left, { packets: 20n, bytes: 1200n });
  assertEquals(table.length, 2);
  assertEquals(table.tally(table.rowOf(listOf("ipv4", v4("10.0.0.1")), 0)!), {
    packets: 9n,
    bytes: 540n,
  });
  assertEquals(table.rowOf(listOf("ipv4", v4("10.0.0.3")), 0), undefined);
}

Deno.test("rank: by packets or bytes, then by address, IPv4 before IPv6; the rest is others", () => {
  const lists = [
    listOf(
      "ipv4",
      v4("10.0.0.9", 5, 10),
      v4("9.0.0.10", 5, 30),
      v4("10.0.0.2", 7, 5),
      v4("1.0.0.0", 1, 20),
    ),
    listOf("ipv6", v6(2, 5, 25), v6(1, 9, 1)),
  ];
  const order = (sort: Sort, top = 0) =>
    Array.from(rank(lists, sort, top).places, (place) => sourceAt(place).key);
  assertEquals(order("packets"), [
    "2001:db8::1",
    "10.0.0.2",
    "9.0.0.10",
    "10.0.0.9",
    "2001:db8::2",
    "1.0.0.0",
  ]);
  assertEquals(order("bytes"), [
    "9.0.0.10",
    "2001:db8::2",
    "1.0.0.0",
    "10.0.0.9",
    "10.0.0.2",
    "2001:db8::1",
  ]);
  assertEquals(order("ip"), [
    "1.0.0.0",
    "9.0.0.10",
    "10.0.0.2",
    "10.0.0.9",
    "2001:db8::1",
    "2001:db8::2",
  ]);
  assertEquals(order("packets", 2), ["2001:db8::1", "10.0.0.2"]);
  assertEquals(rank(lists, "packets", 2).others, {
    sources: 4,
    packets: 16n,
    bytes: 85n,
  });
  assertEquals(rank(lists, "packets", 6).others, {
    sources: 0,
    packets: 0n,
    bytes: 0n,
  });
  assertEquals(rank(lists, "packets", 99).others.sources, 0);
});

Deno.test("rank: the first rows are the same as those of a full sort, and in order", () => {
  let state = 1;
  const below = (limit: number) =>
    (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % limit;
  const lists = (["ipv4", "ipv6"] as const).map((family) => {
    const list = new SourceList(family);
    for (let row = 0; row < 500; row++) {
      const key = new Uint32Array(list.words).map(() => below(8) << 24 | 1);
      key[list.words - 1] = below(2 ** 32);
      // Few values, so many ties; some are beyond 2^32.
      const high = below(9) === 0 ? 1 : 0;
      addSource(list, key, 1 + below(4), high, below(3), 0);
    }
    return list;
  });
  const rows = lists.flatMap((list, at) =>
    Array.from({ length: list.length }, (_, row) => ({
      number: at * 500 + row,
      ...list.tally(row),
      address: `${at} ${list.key(row).toHex()}`,
    }))
  );
  for (const sort of ["packets", "bytes", "ip"] as const) {
    const expected = rows.toSorted((a, b) =>
      (sort === "ip" ? 0 : Number(b[sort] - a[sort])) ||
      (a.address < b.address ? -1 : 1)
    ).map(({ number }) => number);
    assertEquals([...ordered(lists, sort)], expected, sort);
    for (const top of [1, 20, 600]) {
      assertEquals(
        [...firstRows(lists, sort, top)],
        expected.slice(0, top),
        `${sort} ${top}`,
      );
    }
  }
});

Deno.test("books balance only if packets and bytes both do", () => {
  const total = { packets: 10n, bytes: 1000n };
  const books = {
    ...EMPTY_BOOKS,
    total,
    nonIp: { ...EMPTY_BOOKS.nonIp, packets: 3n, bytes: 300n },
  };
  assert(balances(books, { packets: 7n, bytes: 700n }));
  assert(!balances(books, { packets: 7n, bytes: 699n }));
  assert(!balances(books, { packets: 8n, bytes: 700n }));
});
