/** A run adds up windows: the books of its ticks and of its end. */
import { assertEquals } from "@std/assert";
import { type Books, EMPTY_BOOKS } from "../../src/tally/books.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { Run } from "../../src/tally/run.ts";
import { listOf, v4, v6 } from "./lists.ts";

const ORIGIN = {
  host: "h",
  run: "r",
  interface: "eth0",
  direction: "in",
  by: ["source"],
} as const;
const OPTIONS = {
  sort: "packets",
  top: 0,
  endTop: 0,
  maxSources: 2,
  labels: undefined,
  keying: BY_SOURCE,
} as const;
const at = (boot: number, wall = 1_000_000 + boot) => ({ boot, wall });

function books(packets: number, bytes: number): Books {
  return {
    ...EMPTY_BOOKS,
    total: { packets: BigInt(packets), bytes: BigInt(bytes) },
  };
}

function empty() {
  return { ipv4: listOf("ipv4"), ipv6: listOf("ipv6") };
}

Deno.test("a run makes tick records and an end record of its windows", () => {
  const run = new Run(ORIGIN, OPTIONS, at(0));
  const window = {
    ipv4: listOf("ipv4", v4("10.0.0.1", 2, 120)),
    ipv6: listOf("ipv6", v6(1, 3, 210)),
  };
  const tick = run.close(window, books(5, 330), { end: at(1000) });
  assertEquals([tick.seq, tick.elapsed, tick.complete], [1, 1, true]);
  assertEquals([...tick.sources].map(({ key, run }) => [key, run?.packets]), [
    ["2001:db8::1", 3],
    ["10.0.0.1", 2],
  ]);
  const next = run.close(
    { ...empty(), ipv4: listOf("ipv4", v4("10.0.0.1", 1, 60)) },
    books(1, 60),
    { end: at(3000), skipped: 1 },
  );
  assertEquals([next.seq, next.elapsed, next.skipped], [2, 2, 1]);
  assertEquals(
    [...next.sources].map(({ packets, run }) => [packets, run?.packets]),
    [[1, 3]],
  );
  const end = run.end("signal", at(3000));
  assertEquals([end.ticks, end.elapsed, end.complete], [2, 3, true]);
  assertEquals(end.books.total, { packets: 6n, bytes: 390n });
});

Deno.test("a source without a row is in the tick, and untracked in the run", () => {
  const run = new Run(ORIGIN, OPTIONS, at(0));
  const rows = [
    v4("10.0.0.1", 1, 60),
    v4("10.0.0.2", 1, 60),
    v4("10.0.0.3", 5, 300),
  ];
  const tick = run.close(
    { ...empty(), ipv4: listOf("ipv4", ...rows) },
    books(7, 420),
    { end: at(1000) },
  );
  assertEquals(tick.complete, true);
  assertEquals([...tick.sources].map(({ key, run }) => [key, run?.packets]), [
    ["10.0.0.3", undefined],
    ["10.0.0.1", 1],
    ["10.0.0.2", 1],
  ]);
  const end = run.end("count", at(1000));
  assertEquals(end.complete, true);
  assertEquals(end.books.untracked, {
    packets: 5n,
    bytes: 300n,
    full: 5n,
    noMemory: 0n,
    busy: 0n,
  });
});

Deno.test("a window that does not balance makes its tick and the run incomplete", () => {
  const run = new Run(ORIGIN, OPTIONS, at(0));
  assertEquals(
    run.close(empty(), books(1, 60), { end: at(1000) }).complete,
    false,
  );
  assertEquals(
    run.close(empty(), books(0, 0), { end: at(2000) }).complete,
    true,
  );
  assertEquals(run.end("count", at(2000)).complete, false);
});

Deno.test("markIncomplete makes the run incomplete", () => {
  const run = new Run(ORIGIN, OPTIONS, at(0));
  run.markIncomplete();
  assertEquals(run.end("signal", at(1)).complete, false);
});

Deno.test("a step of the wall clock makes no span negative or twice as long", () => {
  const run = new Run(ORIGIN, OPTIONS, at(0, 10_000));
  const tick = run.close(empty(), EMPTY_BOOKS, { end: at(1000, 5000) });
  assertEquals([tick.start.getTime(), tick.end.getTime(), tick.elapsed], [
    4000,
    5000,
    1,
  ]);
});
