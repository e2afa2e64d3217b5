/** What `top` keeps of the ticks that are over: what adds up, what is forgotten. */
import { assert, assertEquals } from "@std/assert";
import { EMPTY_BOOKS } from "../../src/tally/books.ts";
import { NOTHING, plus } from "../../src/tally/source_list.ts";
import { History, KEPT_ROWS, type PastRow } from "../../src/view/history.ts";
import { Loudest } from "../../src/view/loudest.ts";
import { peaksBySpan } from "../../src/view/spans.ts";
import { generator, type Random } from "../lib/random.ts";
import { Ticks } from "./ticks.ts";

const { start: START } = new Ticks();
const first = new Date(1_700_000_000_000);

/** A row for each of some keys; some sent nothing, and some are not in the run. */
function randomRows(random: Random, count: number): PastRow[] {
  return Array.from({ length: count }, (_, at) => {
    const packets = BigInt(random(4) * random(1 << 20));
    const tick = { packets, bytes: packets * BigInt(40 + random(1500)) };
    const run = random(5) === 0 ? undefined : plus(tick, tick);
    return {
      key: `10.0.${at >> 8}.${at & 255}`,
      tick,
      run,
      first,
      born: at / 8,
    };
  });
}

function loudestOf(
  rows: readonly PastRow[],
  most: number,
): ReadonlySet<PastRow> {
  const loudest = new Loudest<PastRow>(most);
  for (const row of rows) {
    loudest.offer(row, Number(row.tick.packets), Number(row.tick.bytes));
  }
  return loudest.rows;
}

/** A history of ticks with these rows, of one second unless said otherwise. */
function historyOf(
  ticks: readonly PastRow[][],
  elapsed = 1,
): History {
  const history = new History();
  const kept = new Map(
    [...new Set(ticks)].map((rows) => [rows, loudestOf(rows, KEPT_ROWS)]),
  );
  for (const [at, rows] of ticks.entries()) {
    const total = rows.map(({ tick }) => tick).reduce(plus, NOTHING);
    const sent = rows.filter(({ tick }) => tick.packets > 0n);
    const last = {
      ...START,
      type: "tick",
      seq: at + 1,
      end: first,
      elapsed,
      skipped: 0,
      complete: true,
      books: { ...EMPTY_BOOKS, total },
      shown: { sources: sent.length, ...total },
      others: { sources: 0, ...NOTHING },
      ownCounter: undefined,
    } as const;
    const clock = (at + 1) * elapsed;
    const moment = {
      last,
      runBooks: last.books,
      missed: undefined,
      isComplete: true,
      clock,
    };
    const none = { fresh: 0, unbalanced: 0, skipped: 0 };
    const run = { start: START, runClock: 0 };
    history.take({ ...moment, ...none, ...run }, kept.get(rows)!);
  }
  return history;
}

Deno.test("rows and rest of each kept tick are all that it had, and each row is as it was", () => {
  const random = generator(1);
  const ticks = Array.from(
    { length: 60 },
    () => randomRows(random, random(400)),
  );
  const history = historyOf(ticks);
  for (const [at, given] of ticks.entries()) {
    const { last, rows, rest } = history.until(at + 1, 1)[0]!;
    const { sources, ...total } = last.shown;
    assertEquals(rows.map(({ tick }) => tick).reduce(plus, rest), total);
    assertEquals(rows.length + rest.sources, sources);
    assert(rows.length <= 100);
    const byKey = new Map(given.map((row) => [row.key, row]));
    for (const row of rows) assertEquals(row, byKey.get(row.key));
    const sent = given.filter(({ tick }) => tick.packets > 0n);
    const names = new Set(rows.map(({ key }) => key));
    for (const unit of ["packets", "bytes"] as const) {
      const [loud] = sent.toSorted((a, b) =>
        Number(b.tick[unit] - a.tick[unit])
      );
      if (loud !== undefined) assert(names.has(loud.key), unit);
    }
  }
});

Deno.test("the ticks of some keys: what they had in all, or unknown if the rest may have them", () => {
  const random = generator(2);
  const ticks = Array.from(
    { length: 40 },
    () => randomRows(random, random(300)),
  );
  const history = historyOf(ticks);
  const CASES: [matches: (key: string) => boolean, isOne: boolean][] = [
    ...["10.0.0.0", "10.0.0.7", "10.0.1.9", "10.0.0"].map((one) =>
      [(key: string) => key === one, true] as [
        (key: string) => boolean,
        boolean,
      ]
    ),
    [(key) => key.endsWith("7"), false],
    [() => true, false],
  ];
  for (const [matches, isOne] of CASES) {
    const of = [...history.of(START, matches, isOne)];
    assertEquals(of.length, ticks.length);
    for (const [{ last: { seq } }, sum] of of) {
      const { rows, rest } = history.until(seq, 1)[0]!;
      const all = ticks[seq - 1]!.filter(({ key }) => matches(key));
      if (sum !== undefined) {
        assertEquals(sum, all.map(({ tick }) => tick).reduce(plus, NOTHING));
        continue;
      }
      assert(rest.packets > 0n);
      assert(!isOne || !rows.some(({ key }) => matches(key)));
    }
  }
});

Deno.test("an hour is kept, and of short intervals a bounded number of rows and ticks", () => {
  const tick = [{
    key: "a",
    tick: { packets: 1n, bytes: 1n },
    run: undefined,
    first,
    born: 0,
  }];
  const many = randomRows(generator(3), 150);
  const CASES: [ticks: PastRow[][], elapsed: number, first: number][] = [
    [Array(3700).fill(tick), 1, 3700 - 3599],
    [Array(100).fill(tick), 60, 100 - 59],
    [Array(7300).fill(tick), 0.1, 7301 - 7200],
    [Array(3650).fill(many), 0.1, 3651 - 3600],
    [Array(4000).fill([]), 0.1, 1],
  ];
  for (const [ticks, elapsed, expected] of CASES) {
    const history = historyOf(ticks, elapsed);
    assertEquals([history.first, history.last], [expected, ticks.length]);
    assertEquals(history.until(history.first, 5)[0]?.last.seq, expected);
    assertEquals(history.until(expected - 1, 1), []);
    const count = ticks.length - expected + 1;
    assertEquals([...history.ticksOf(START)].length, count);
    assertEquals(history.until(history.last, Infinity).length, count);
    assertEquals(history.moments(history.first + 1).length, 2);
  }
  assertEquals([new History().last, new History().until(1, 1)], [0, []]);
});

Deno.test("steps lead to the next tick that is far enough away, and end at the oldest and newest", () => {
  for (const elapsed of [0.1, 1, 7]) {
    const history = historyOf(Array(100).fill([]), elapsed);
    for (const seconds of [0, 0.05, 3, 60]) {
      const by = Math.max(1, Math.ceil(seconds / elapsed - 1e-9));
      for (let seq = 1; seq <= 100; seq++) {
        const steps = [history.step(seq, -1, seconds - 1e-9)];
        steps.push(history.step(seq, 1, seconds - 1e-9));
        const expected = [Math.max(1, seq - by), Math.min(100, seq + by)];
        assertEquals(steps, expected, `${elapsed} ${seconds} ${seq}`);
      }
    }
  }
});

Deno.test("a copy is not changed by later ticks", () => {
  const ticks = [randomRows(generator(4), 9), randomRows(generator(5), 9)];
  const history = historyOf([ticks[0]!]);
  const copy = history.copy();
  const one = history.until(1, 1)[0]!;
  const next = { ...one, last: { ...one.last, seq: 2 }, clock: 2 };
  history.take(next, ticks[1]!);
  assertEquals([copy.last, history.last], [1, 2]);
});

Deno.test("loudest: those that sorting by packets and by bytes puts first, in turn", () => {
  const random = generator(6);
  for (let round = 0; round < 200; round++) {
    const rows = randomRows(random, random(60));
    const most = 1 + random(20);
    const sorted = (unit: "packets" | "bytes") =>
      rows.filter(({ tick }) => tick.packets > 0n)
        .toSorted((a, b) => Number(b.tick[unit] - a.tick[unit]));
    const bytes = sorted("bytes");
    const inTurn = sorted("packets").flatMap((row, at) => [row, bytes[at]!]);
    assertEquals(
      [...loudestOf(rows, most)],
      [...new Set(inTurn)].slice(0, most),
    );
  }
});

Deno.test("spans: the highest rate of the ticks that touch a span; what is unknown stays out", () => {
  const random = generator(7);
  for (let round = 0; round < 200; round++) {
    let now = 0;
    const ticks = Array.from({ length: 1 + random(60) }, () => {
      const elapsed = [0.1, 1, 7][random(3)]!;
      now += elapsed;
      return { end: now, elapsed, rate: random(4) === 0 ? NaN : random(100) };
    });
    const seconds = [1, 2, 5][random(3)]!, count = 1 + random(40);
    const peaks = peaksBySpan(ticks, now, count, seconds);
    for (const [at, peak] of peaks.entries()) {
      const from = (Math.floor(now / seconds) - count + 1 + at) * seconds;
      const rates = ticks.filter(({ end, elapsed, rate }) =>
        Math.floor((end - elapsed) / seconds) * seconds <= from && end > from &&
        !Number.isNaN(rate)
      ).map(({ rate }) => rate);
      assertEquals(peak, rates.length === 0 ? NaN : Math.max(...rates));
    }
  }
});
