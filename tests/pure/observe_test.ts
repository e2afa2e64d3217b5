/** --hook observe: which way is chosen, and what records and reports say of verdicts. */
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BY_SOURCE,
  FIELD_NAMES,
  parseFields,
  VERDICTS,
} from "../../src/basics/keys.ts";
import { csvFields } from "../../src/basics/csv_field.ts";
import { EXIT, Failure } from "../../src/basics/errors.ts";
import { countingOf } from "../../src/commands/counting_options.ts";
import { csv } from "../../src/formats/csv.ts";
import { jsonl } from "../../src/formats/jsonl.ts";
import { text } from "../../src/formats/text.ts";
import { emptySnapshot } from "../../src/formats/interface_state.ts";
import { metricsText } from "../../src/formats/metrics.ts";
import { HOOKS } from "../../src/hooks/all.ts";
import { waysToAttach } from "../../src/hooks/choice.ts";
import { MODES } from "../../src/hooks/hook.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import {
  balances,
  type Books,
  EMPTY_BOOKS,
  NO_VERDICTS,
  verdictsOf,
} from "../../src/tally/books.ts";
import { Run } from "../../src/tally/run.ts";
import { plus, type Tally } from "../../src/tally/source_list.ts";
import { generator, type Random } from "../lib/random.ts";
import { listOf } from "./lists.ts";

const ORIGIN = {
  host: "h",
  run: "r",
  interface: "eth0",
  direction: "in",
  by: ["source"],
} as const;
const NOTHING = { ipv4: listOf("ipv4"), ipv6: listOf("ipv6") };

/** Non-IP frames, and what became of them. */
function randomBooks(random: Random): Books {
  const verdicts = verdictsOf(() => {
    const packets = BigInt(random(2) * random(2 ** 31));
    return { packets, bytes: packets * BigInt(random(2 ** 31)) };
  });
  const total = Object.values(verdicts).reduce(plus);
  const nonIp = { ...total, types: new Map([["arp", total.packets]]) };
  return { ...EMPTY_BOOKS, total, nonIp, verdicts };
}

/** A tick and the end of a run of one window. */
function recordsOf(books: Books, missed = 0n) {
  const run = new Run(ORIGIN, {
    ...{ sort: "packets", top: 0, endTop: 0, maxSources: 1 },
    keying: BY_SOURCE,
    labels: 0,
  }, { boot: 0, wall: 0 });
  const end = { boot: 1000, wall: 1000 };
  const tick = run.close(NOTHING, books, { end, missed });
  return { tick, end: run.end("holder-gone", end) };
}

Deno.test("books balance only if the verdicts add up to the total, too", () => {
  const random = generator(61);
  for (let round = 0; round < 200; round++) {
    const books = randomBooks(random);
    assert(balances(books, { packets: 0n, bytes: 0n }));
    const name = VERDICTS[random(VERDICTS.length)]!;
    const one = books.verdicts![name];
    for (
      const more of [{ packets: 1n, bytes: 0n }, { packets: 0n, bytes: 1n }]
    ) {
      const verdicts = { ...books.verdicts!, [name]: plus(one, more) };
      assert(!balances({ ...books, verdicts }, { packets: 0n, bytes: 0n }));
    }
  }
});

Deno.test("what was missed makes a run incomplete, with the number", () => {
  const books = { ...EMPTY_BOOKS, verdicts: NO_VERDICTS };
  for (const missed of [0n, 1n, 2n ** 60n]) {
    const { tick, end } = recordsOf(books, missed);
    for (const record of [tick, end]) {
      assertEquals(record.complete, missed === 0n);
      assertEquals(record.missed, missed);
    }
    const shown = missed > 2n ** 53n ? String(missed) : Number(missed);
    assertEquals(JSON.parse(jsonl.tick(tick)).missed, shown);
    assertEquals(JSON.parse(jsonl.end(end)).missed, shown);
    const said = text.tick(tick).includes(`(INCOMPLETE: ${missed} missed)`);
    assertEquals(said, missed > 0n);
  }
});

Deno.test("every format has the verdicts, and they add up to the total", () => {
  const random = generator(62);
  for (let round = 0; round < 200; round++) {
    const books = randomBooks(random);
    const seen = VERDICTS.filter((name) => books.verdicts![name].packets > 0n);
    const { tick, end } = recordsOf(books);
    for (const line of [jsonl.tick(tick), jsonl.end(end)]) {
      const { verdicts } = JSON.parse(line);
      assertEquals(Object.keys(verdicts), seen);
      const sum = Object.values(verdicts as Record<string, Tally>)
        .reduce((sum, { packets }) => sum + BigInt(packets), 0n);
      assertEquals(sum, books.total.packets);
    }

    const terms = seen.map((name) =>
      `${books.verdicts![name].packets} ${name}`
    );
    const [title = ""] = text.tick(tick).split("\n");
    assert(title.endsWith(["", ...terms].join(" + ").replace(/^ \+/, " =")));

    const rows = csv.tick(tick).trimEnd().split("\r\n").map((row) =>
      csvFields(row)!
    );
    const classes = rows.map((row) => row[4]!)
      .filter((name) => name.startsWith("total"));
    const expected = seen.map((name) => `total:${name}`);
    assertEquals(classes, seen.length === 0 ? ["total"] : expected);
    for (const column of [6, 7]) {
      const sum = (at: number) =>
        rows.reduce((sum, row) => sum + BigInt(row[at] || 0), 0n);
      assertEquals(sum(column), sum(column + 2));
    }
  }
});

Deno.test("metrics of verdicts begin at 0, and other runs have none", () => {
  const page = (mode: string) => {
    const start = {
      ...{ ...ORIGIN, type: "start" as const, ifindex: 1, mode, version: "1" },
      ...{ start: new Date(0), interval: 1, filter: undefined },
    };
    const snapshot = emptySnapshot(start);
    return metricsText([{ start, snapshot, isRunning: true, maxSources: 1 }]);
  };
  for (const verdict of VERDICTS) {
    assertStringIncludes(
      page("observe"),
      `xdptally_verdict_packets_total{interface="eth0",direction="in",verdict="${verdict}"} 0\n`,
    );
  }
  assert(page("observe").includes("xdptally_missed_packets_total{"));
  assert(!page("native").includes("verdict="));
  assert(!page("native").includes("xdptally_missed_packets_total{"));
});

Deno.test("report takes a record with verdicts only if they add up", () => {
  const random = generator(63);
  const read = (line: string) =>
    new LineReader().read(new TextEncoder().encode(line.trimEnd()));
  for (let round = 0; round < 200; round++) {
    const books = randomBooks(random);
    const { tick, end } = recordsOf(books);
    for (const line of [jsonl.tick(tick), jsonl.end(end)]) {
      const record = read(line);
      assert("counts" in record);
      for (const name of VERDICTS) {
        const { packets = 0 } = record.counts[name] ?? {};
        assertEquals(BigInt(packets), books.verdicts![name].packets);
      }
      const whole = JSON.parse(line);
      const broken = [
        { ...whole.verdicts, pass: { packets: 1, bytes: 2 ** 40 } },
        { ...whole.verdicts, passed: { packets: 0, bytes: 0 } },
        { ...whole.verdicts, drop: { packets: -1, bytes: 0 } },
        { ...whole.verdicts, tx: 3 },
        [],
        null,
        "pass",
      ];
      for (const verdicts of broken) {
        const other = JSON.stringify({ ...whole, verdicts });
        assertThrows(() => read(other), SyntaxError);
      }
    }
  }
});

/** A program holds the interface. */
const HELD = {
  ...{ asked: "x", name: "x", index: 2, flags: 0, mtu: 1500, isUp: true },
  ...{ kind: "", driver: "mana", hardwareType: 1, xdpProgram: 7 },
};
const WHO = 'XDP program "lb" (id 7) of pid 1';

Deno.test("beside an XDP program: observe, then tc, and what is named is obeyed", () => {
  const why = { why: "BECAUSE", remedy: "" };
  const both = { observe: why, tc: why };
  const auto = { hook: undefined, mode: "auto" } as const;
  const ways = (obstacles: Record<string, typeof why>) =>
    waysToAttach(HELD, "in", auto, obstacles, WHO);
  const modes = (obstacles: Record<string, typeof why>) =>
    ways(obstacles).map(({ mode }) => mode);
  assertEquals(modes({}), ["observe", "tc"]);
  assertEquals(modes({ tc: why }), ["observe"]);
  assertEquals(modes({ observe: why }), ["tc"]);
  assertStringIncludes(ways({ observe: why })[0]!.reason!, WHO);
  assertStringIncludes(ways({ observe: why })[0]!.reason!, "BECAUSE");
  assertEquals(modes(both)[0], "native"); // it is busy: attaching says so
  // Without a holder nothing changes, whatever the obstacles are.
  for (const obstacles of [{}, { observe: why }, { tc: why }, both]) {
    const free = waysToAttach(HELD, "in", auto, obstacles);
    assert(free.every(({ mode }) => mode !== "observe"));
  }
  for (const hook of HOOKS) {
    for (const mode of MODES) {
      const [way] = waysToAttach(HELD, "in", { hook, mode }, {}, WHO);
      assertEquals(way!.hook, hook);
    }
  }
  for (const mode of ["native", "generic"] as const) {
    const wish = { hook: undefined, mode };
    assertEquals(waysToAttach(HELD, "in", wish, {}, WHO)[0]!.mode, mode);
  }
  const out = waysToAttach(HELD, "out", auto, {}, WHO);
  assertEquals(out.map(({ mode }) => mode), ["tc"]);
});

Deno.test("--by verdict means --hook observe, and contradicts everything else", () => {
  const by = parseFields("source,verdict");
  assertEquals(countingOf({ by }).hook?.name, "observe");
  assertEquals(countingOf({ by, hook: "observe" }).hook?.name, "observe");
  const others = [
    { hook: "xdp" },
    { hook: "tc" },
    { mode: "native" },
    { mode: "generic" },
    { direction: "out" },
    { direction: "both" },
  ] as const;
  for (const other of others) {
    const refused = assertThrows(() => countingOf({ by, ...other }), Failure);
    assertEquals(refused.exitCode, EXIT.usage);
    assertStringIncludes(refused.message, "--hook observe");
    const fields = FIELD_NAMES.filter((name) =>
      name !== "verdict" && name !== "outer-source"
    );
    countingOf({ by: fields, ...other });
  }
});
