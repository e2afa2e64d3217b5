/** The busiest minute is exact for every order of ticks, in bounded memory. */
import { assert, assertEquals } from "@std/assert";
import { BusiestMinutes } from "../../src/report/busiest_minutes.ts";
import { TickRanges } from "../../src/report/tick_ranges.ts";
import { TickMarks } from "../../src/report/tick_marks.ts";
import { SparseBits } from "../../src/report/sparse_bits.ts";
import { madeLines, reportOnFiles, T0 } from "../lib/made_captures.ts";
import { generator, type Random } from "../lib/random.ts";

const MINUTE = 60_000;

/** A tick: its interface, its start, and packets by row. */
interface MinuteTick {
  readonly place: number;
  readonly start: number;
  readonly rows: readonly (readonly [row: number, packets: number | string])[];
}

function randomTicks(random: Random, count: number): MinuteTick[] {
  const from = random(2) === 0 ? T0 : -5 * MINUTE;
  return Array.from({ length: count }, () => ({
    place: random(3),
    start: from + random(20) * MINUTE + random(MINUTE),
    rows: Array.from({ length: random(40) }, () => {
      const isHuge = random(50) === 0;
      const packets = isHuge ? String(2 ** 53 + random(9)) : random(50);
      return [random(60), packets] as const;
    }),
  }));
}

/** The largest sum of each row, and the first minute that has it. */
function expected(ticks: readonly MinuteTick[]) {
  const sums = new Map<string, bigint>();
  for (const { place, start, rows } of ticks) {
    for (const [row, packets] of rows) {
      const key = `${row} ${Math.floor(start / MINUTE)} ${place}`;
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(packets));
    }
  }
  const most = new Map<number, { minute: number; packets: bigint }>();
  for (const [key, packets] of sums) {
    const [row, minute] = key.split(" ").map(Number) as [number, number];
    const best = most.get(row);
    const start = minute * MINUTE;
    if (
      packets > 0n && (best === undefined || packets > best.packets ||
        packets === best.packets && start < best.minute)
    ) most.set(row, { minute: start, packets });
  }
  return most;
}

Deno.test("busiest minutes: equal to a plain reading, however few may be open", () => {
  const random = generator(11);
  let most = 0;
  for (let round = 0; round < 120; round++) {
    const ticks = randomTicks(random, 1 + random(120));
    const minutes = new BusiestMinutes([32, 64, 256, 2 ** 21][random(4)]);
    const read = () => {
      for (const { place, start, rows } of ticks) {
        minutes.select(place, start);
        for (const [row, packets] of rows) minutes.add(row, packets);
        minutes.settle();
      }
    };
    read();
    let readings = 1;
    for (; minutes.finish(); readings++) {
      assert(readings < 100, "it ends");
      minutes.startAgain();
      read();
    }
    most = Math.max(most, readings);
    const right = expected(ticks);
    for (let row = 0; row < 60; row++) {
      assertEquals(
        minutes.of(row),
        right.get(row) ?? { minute: NaN, packets: 0n },
      );
    }
  }
  assert(most > 3, "some needed several readings");
});

Deno.test("busiest minutes: interfaces and hosts that share a file line by line", () => {
  const random = generator(12);
  const runs = ["web1", "web2"].flatMap((host) =>
    ["eth0", "eth1"].flatMap((name) =>
      (["in", "out"] as const).map((direction) => ({
        host,
        interface: name,
        direction,
        run: `${host}${name}`,
        windows: Array.from({ length: 150 }, () => ({ a: random(50) })),
      }))
    )
  );
  const lines = runs.map(madeLines);
  const file = lines[0]!.flatMap((_, at) => lines.map((run) => run[at]!));
  const sums = runs.flatMap(({ windows }) =>
    [0, 60, 120].map((from) =>
      windows.slice(from, from + 60).reduce((sum, { a }) => sum + a, 0)
    )
  );
  const { report } = reportOnFiles({ file });
  assertEquals(report.groups[0]!.busiestPackets, BigInt(Math.max(...sums)));
});

Deno.test("ranges of ticks are the same for every order, and marks know each tick", () => {
  const random = generator(13);
  for (let round = 0; round < 300; round++) {
    const bits = new SparseBits();
    const marks = new TickMarks();
    const ranges = new TickRanges();
    const added = new Map<number, number>();
    for (let tick = 0; tick < random(200); tick++) {
      const seq = random(20) === 0
        ? random(2 ** 30) * 2 ** 20
        : 1 + random(150);
      const known = added.get(seq);
      assertEquals(bits.has(seq), known !== undefined);
      assertEquals(bits.add(seq), known === undefined);
      const file = tick >> 6;
      assertEquals(marks.mark(seq, seq % 1000 + 1, file).hash, known);
      assertEquals(marks.mark(seq, 5, file).isInFile, true);
      if (known === undefined) ranges.add(seq, seq * 10, seq * 10 + 9);
      added.set(seq, seq % 1000 + 1);
    }
    const numbers = [...added.keys()].sort((a, b) => a - b);
    const starts = numbers.filter((seq) => !added.has(seq - 1));
    const ends = numbers.filter((seq) => !added.has(seq + 1));
    assertEquals(
      ranges.sorted,
      starts.map((from, at) => ({
        from,
        to: ends[at]!,
        start: from * 10,
        end: ends[at]! * 10 + 9,
      })),
    );
  }
});
