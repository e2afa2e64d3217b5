/** When ticks are due, and when a run ends. */
import { assertEquals } from "@std/assert";
import { Schedule } from "../../src/tally/schedule.ts";

/** The ticks of a schedule, if each comes `late` ms after its deadline. */
function play(
  schedule: Schedule,
  late: number[],
): [due: number, skipped: number, end?: string][] {
  return late.map((delay) => {
    const due = schedule.next;
    const { skipped, end } = schedule.tick(due + delay);
    return end === undefined ? [due, skipped] : [due, skipped, end];
  });
}

Deno.test("deadlines are multiples of the interval, however late a tick is", () => {
  const schedule = new Schedule({ interval: 1000 });
  assertEquals(play(schedule, [3, 999, 0, 0]), [
    [1000, 0],
    [2000, 0],
    [3000, 0],
    [4000, 0],
  ]);
});

Deno.test("a missed deadline is merged into the next tick, which counts it as skipped", () => {
  const schedule = new Schedule({ interval: 1000 });
  assertEquals(play(schedule, [0, 2500, 0]), [[1000, 0], [2000, 2], [5000, 0]]);
});

Deno.test("--count counts deadlines, including missed ones", () => {
  assertEquals(play(new Schedule({ interval: 100, count: 3 }), [0, 0, 0]), [
    [100, 0],
    [200, 0],
    [300, 0, "count"],
  ]);
  assertEquals(play(new Schedule({ interval: 100, count: 3 }), [0, 5000]), [[
    100,
    0,
  ], [200, 1, "count"]]);
});

Deno.test("a duration that is not a multiple of the interval ends with a shorter tick", () => {
  assertEquals(
    play(new Schedule({ interval: 1000, duration: 2500 }), [0, 0, 0]),
    [
      [1000, 0],
      [2000, 0],
      [2500, 0, "duration"],
    ],
  );
  assertEquals(
    play(new Schedule({ interval: 1000, duration: 2500 }), [0, 600]),
    [[1000, 0], [2000, 1, "duration"]],
  );
  assertEquals(play(new Schedule({ interval: 1000, duration: 300 }), [0]), [[
    300,
    0,
    "duration",
  ]]);
});

Deno.test("count or duration, whichever is reached first, ends the run", () => {
  assertEquals(
    play(new Schedule({ interval: 1000, count: 1, duration: 5000 }), [0]),
    [[1000, 0, "count"]],
  );
  assertEquals(
    play(new Schedule({ interval: 1000, count: 9, duration: 1000 }), [0]),
    [[1000, 0, "duration"]],
  );
});

Deno.test("60 ticks of 1 s end at 60 s", () => {
  const schedule = new Schedule({ interval: 1000, count: 60 });
  const ticks = play(schedule, Array(60).fill(37));
  assertEquals(ticks.at(-1), [60_000, 0, "count"]);
});

Deno.test("the first deadline can be earlier, and the others follow it", () => {
  const aligned = { interval: 1000, first: 300 };
  assertEquals(play(new Schedule(aligned), [0, 5, 0]), [[300, 0], [1300, 0], [
    2300,
    0,
  ]]);
  assertEquals(play(new Schedule({ ...aligned, count: 2 }), [0, 0]), [
    [300, 0],
    [1300, 0, "count"],
  ]);
  assertEquals(play(new Schedule({ ...aligned, duration: 1000 }), [0, 0]), [[
    300,
    0,
  ], [1000, 0, "duration"]]);
  assertEquals(new Schedule({ ...aligned, duration: 1000 }).end, 1000);
});

Deno.test("a changed interval starts at the moment of the change", () => {
  const schedule = new Schedule({ interval: 10_000 });
  assertEquals(play(schedule, [0]), [[10_000, 0]]);
  schedule.change(1000, 12_500);
  assertEquals(play(schedule, [0, 0]), [[13_500, 0], [14_500, 0]]);
  schedule.change(60_000, 14_600);
  assertEquals(schedule.next, 74_600);
});

Deno.test("a changed interval changes neither the duration nor the count", () => {
  const timed = new Schedule({ interval: 1000, duration: 5000 });
  timed.change(2000, 500);
  assertEquals(play(timed, [0, 0, 0]), [[2500, 0], [4500, 0], [
    5000,
    0,
    "duration",
  ]]);
  const counted = new Schedule({ interval: 1000, count: 3 });
  assertEquals(play(counted, [0]), [[1000, 0]]);
  counted.change(500, 1200);
  assertEquals(play(counted, [0, 0]), [[1700, 0], [2200, 0, "count"]]);
});

Deno.test("a deadline that no tick has covered yet survives a change of the interval", () => {
  const schedule = new Schedule({ interval: 1000 });
  schedule.change(500, 2100);
  assertEquals(play(schedule, [0, 0]), [[2600, 2], [3100, 0]]);
});
