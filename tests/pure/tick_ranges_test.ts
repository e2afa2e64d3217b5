/** What ticks cover: ranges of their numbers, and the time without pauses. */
import { assertEquals } from "@std/assert";
import { TickRanges } from "../../src/report/tick_ranges.ts";
import { generator } from "../lib/random.ts";

Deno.test("in any order, ticks are the same ranges, and pauses between them are not covered", () => {
  const random = generator(31);
  for (let round = 0; round < 500; round++) {
    let time = 0;
    const ticks = Array.from({ length: 1 + random(20) }, (_, at) => {
      const start = time += [0, 0, 0, 999, 1000, 5000][random(6)]!;
      const end = time += 1 + random(1500);
      return { seq: at + 1, start, end };
    }).filter(() => random(6) > 0);
    const ranges = new TickRanges();
    const mixed = ticks.toSorted(() => random(3) - 1);
    for (const { seq, start, end } of mixed) ranges.add(seq, start, end);

    const expected: { start: number; end: number }[] = [];
    for (const [at, { seq, start, end }] of ticks.entries()) {
      const before = ticks[at - 1];
      const follows = before?.seq === seq - 1 && start - before.end < 1000;
      if (follows) expected.at(-1)!.end = end;
      else expected.push({ start, end });
    }
    assertEquals(ranges.stretches, expected);
    assertEquals(
      ranges.sorted.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at)
      ),
      ticks.map(({ seq }) => seq),
    );
  }
});
