/** Text for people: it fits any terminal, and what it shows adds up. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { folded } from "../../src/formats/fold.ts";
import { text, textForPeople } from "../../src/formats/text.ts";
import { EMPTY_BOOKS } from "../../src/tally/books.ts";
import type { EndRecord, TickRecord } from "../../src/tally/records.ts";
import { Run } from "../../src/tally/run.ts";
import { generator, type Random } from "../lib/random.ts";
import { listOf, type Row } from "./lists.ts";

/** The narrowest terminal that lines are made for. */
const LEAST = 16;
/** A row with the longest address and its packets fits from here on. */
const WHOLE_ROWS = 80;
const TOP = 20;

/** As a terminal shows it: a tab ends at column 8, wide characters take two. */
function columns(line: string): number {
  return [...line].reduce((column, character) => {
    if (character === "\t") return column + 8 - column % 8;
    return column + (/\p{Script=Han}/u.test(character) ? 2 : 1);
  }, 0);
}

function assertFits(shown: string, width: number): string[] {
  assert(shown.endsWith("\n"));
  const lines = shown.slice(0, -1).split("\n");
  for (const line of lines) {
    assert(columns(line) <= Math.max(width, LEAST), `${width}: "${line}"`);
  }
  return lines;
}

function someRows(random: Random, size: number): Row[] {
  const count = random(4) === 0 ? random(2000) : random(30);
  return Array.from({ length: count }, (_, at) => ({
    // Distinct: the last bytes are the number.
    key: [
      ...Array.from({ length: size - 2 }, () => random(256)),
      at >> 8,
      at & 255,
    ],
    packets: 1 + random(10 ** random(10)),
    bytes: random(10 ** random(13)),
  }));
}

/** A tick and the end of a run in which it is the second one of two. */
function records(
  random: Random,
  name: string,
  top: number,
): [TickRecord, () => EndRecord] {
  const run = new Run(
    {
      ...{ host: "h", run: "r", interface: name },
      ...{ direction: random(2) === 0 ? "in" : "out", by: ["source"] },
    },
    {
      ...{ sort: "packets", keying: BY_SOURCE, top, endTop: top },
      // Sometimes the table of the run is full: rows have notes then.
      maxSources: random(3) === 0 ? 1 + random(100) : 65536,
    },
    { boot: 0, wall: 0 },
  );
  const close = (second: number) => {
    const [ipv4, ipv6] = [someRows(random, 4), someRows(random, 16)];
    const rows = [...ipv4, ...ipv6];
    const sum = (of: (row: Row) => number) =>
      rows.reduce((sum, row) => sum + BigInt(of(row)), 0n);
    const nonIp = { packets: BigInt(random(1000)), bytes: 0n };
    const total = {
      packets: sum(({ packets }) => packets) + nonIp.packets,
      bytes: sum(({ bytes }) => bytes),
    };
    return run.close(
      { ipv4: listOf("ipv4", ...ipv4), ipv6: listOf("ipv6", ...ipv6) },
      { ...EMPTY_BOOKS, total, nonIp: { ...nonIp, types: new Map() } },
      { end: { boot: second * 1000, wall: second * 1000 } },
    );
  };
  close(1);
  const tick = close(2);
  const end = () => run.end("signal", { boot: 2000, wall: 2000 });
  return [tick, end];
}

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);
const NAMES = ["eth0", "a name with spaces", "測試測試測", "x".repeat(200)];

Deno.test("text for people: no line is wider than the terminal, and no more rows than --top", () => {
  for (const seed of SEEDS) {
    const random = generator(seed);
    const name = NAMES[random(NAMES.length)]!;
    const [tick, end] = records(random, name, TOP);
    for (const width of [1, LEAST, 20, 40, 80, 120, 1 + random(300)]) {
      const format = textForPeople(() => width);
      for (const shown of [format.tick(tick), format.end(end())]) {
        const lines = assertFits(shown, width);
        const rows = lines.filter((line) => /^\t\S/.test(line));
        assert(rows.length <= TOP + 2, "rows, heads and the others");
      }
    }
  }
});

Deno.test("text for people: rows and others add up to what the list stands for", () => {
  for (const seed of SEEDS) {
    const random = generator(seed);
    const top = [1, TOP, 300][random(3)]!;
    const [tick, end] = records(random, "eth0", top);
    const width = WHOLE_ROWS + random(100);
    const format = textForPeople(() => width);
    assertAddsUp(
      format.tick(tick),
      tick,
      width >= 120 ? /\+(\d+) / : undefined,
    );
    const whole = end();
    assertAddsUp(format.end(whole), whole, / => (\d+) /);
  }
});

/** @param inRow what finds a row's packets in the list's own time; undefined: it is left out */
function assertAddsUp(
  shown: string,
  { shown: kept, others, books }: TickRecord | EndRecord,
  inRow: RegExp | undefined,
): void {
  const said = shown.replaceAll(/ *\n {4}/g, " ");
  const rows = said.split("\n").filter((line) => /^\t\S+ => \d/.test(line));
  assertEquals(rows.length, kept.sources);
  const rest = /^\tand (\d+) others?: \+?(\d+) packets?, ([\d.]+) % of all$/m
    .exec(said);
  assertEquals(rest !== null, others.sources > 0, said);
  assertEquals(Number(rest?.[1] ?? 0), others.sources);
  const restPackets = BigInt(rest?.[2] ?? 0);
  const all = kept.packets + others.packets;
  if (inRow !== undefined) {
    const inRows = rows.map((row) => BigInt(inRow.exec(row)![1]!));
    assertEquals(inRows.reduce((a, b) => a + b, restPackets), all, said);
  }
  assertEquals(
    all + books.untracked.packets + books.nonIp.packets,
    books.total.packets,
  );
  const share = 100 * Number(restPackets) / Number(books.total.packets);
  if (rest !== null) assert(Math.abs(Number(rest[3]) - share) < 0.006, said);
}

Deno.test("text for people: the row begins as in a file, below heads of its columns", () => {
  for (const seed of SEEDS) {
    const random = generator(seed);
    const [tick, end] = records(random, "eth0", TOP);
    const front = (text: string) =>
      text.match(/^\t\S+ => \d+/gm)?.map((row) => row.trimEnd()) ?? [];
    const format = textForPeople(() => 200);
    assertEquals(front(format.tick(tick)), front(text.tick(tick)));
    const whole = end();
    const shown = format.end(whole);
    assertEquals(front(shown), front(text.end(whole)));
    if (whole.shown.sources === 0) continue;
    const [, heads, row] = shown.split("\n");
    assertMatch(heads!, /^\tsource => packets +bytes +packets\/s +bit\/s$/);
    assertEquals(columns(heads!), columns(row!.replace(/ {2}\(.*/, "")));
  }
});

Deno.test("text in files and pipes: neither heads, bit/s nor the others' line", () => {
  for (const seed of SEEDS) {
    const [tick, end] = records(generator(seed), "eth0", TOP);
    for (const written of [text.tick(tick), text.end(end())]) {
      for (const line of written.trimEnd().split("\n").slice(1)) {
        assertMatch(
          line,
          /^\t\S+ => \d+ +(\+\d+ +)?[\d.]+ [kMGT]?B +[\d.]+\/s( {2}\(this tick only: .*\))?$/,
        );
      }
    }
  }
});

Deno.test("folded: nothing is left out, and a line that fits stays as it is", () => {
  const LETTERS = ["a", "b", "+", " ", "  ", "測", "\u{1f600}"];
  for (const seed of SEEDS) {
    const random = generator(seed);
    const line = (random(2) === 0 ? "\t" : "") + "x" +
      Array.from({ length: random(400) }, () => LETTERS[random(LETTERS.length)])
        .join("");
    const width = LEAST + random(200);
    const shown = folded(line, width);
    assertEquals(shown.replaceAll(/\s/g, ""), line.replaceAll(/\s/g, ""));
    assertFits(`${shown}\n`, width);
    assertEquals(folded(line, 2 * line.length + 8), line);
    for (const further of shown.split("\n").slice(1)) {
      assertMatch(further, /^ {4}\S?/);
    }
  }
});
