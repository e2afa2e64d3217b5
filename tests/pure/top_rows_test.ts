/** The rows of `top`: what they add up to, for every grouping, filter, order and size. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseAddress } from "../../src/basics/address.ts";
import { keyLayout } from "../../src/basics/key_layout.ts";
import { type FieldName, VERDICTS } from "../../src/basics/keys.ts";
import { NO_VERDICTS } from "../../src/tally/books.ts";
import { FAN_OUT_FIELDS } from "../../src/view/fan_out.ts";
import type { View } from "../../src/view/view.ts";
import type { Row } from "./lists.ts";
import { linesOf, Ticks, viewOf } from "./ticks.ts";

/** Packets of a tick, as the test sees them. */
interface Made {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly packets: number;
}

type By = readonly (keyof Made & FieldName)[];

function randomFrom(seed: number): (below: number) => number {
  let state = seed * 7919 + 1;
  return (below) => {
    state = state * 48271 % 2147483647;
    return state % below;
  };
}

/** Packets from and to few addresses, so that keys meet. */
function made(random: (below: number) => number, count: number): Made[] {
  const address = (net: number) =>
    random(4) === 0
      ? `2001:db8:${random(3) + 1}::${(random(9) + 1).toString(16)}`
      : `10.${net}.${random(3)}.${random(60)}`;
  const rows = Array.from({ length: count }, () => {
    const source = address(0);
    let destination = address(1);
    while (destination.includes(":") !== source.includes(":")) {
      destination = address(1);
    }
    const port = [22, 53, 80, 443, 8080, 1024 + random(500)][random(6)]!;
    return { source, destination, port, packets: 10 + random(90_000) };
  });
  const known = new Map(rows.map((row) => [keyOf(row, ALL), row]));
  return [...known.values()];
}

const ALL: By = ["source", "destination", "port"];

/** The key on the screen, if rows are counted by these fields. */
function keyOf(row: Made, by: By): string {
  return by.map((name) => row[name]).join();
}

/** The sums of the packets by a key. */
function sums(
  rows: readonly Made[],
  key: (row: Made) => string,
): Record<string, number> {
  const all: Record<string, number> = {};
  for (const row of rows) all[key(row)] = (all[key(row)] ?? 0) + row.packets;
  return all;
}

/** The lists of both families, with the packets of equal keys added up. */
function listed(rows: readonly Made[], by: By): [ipv4: Row[], ipv6: Row[]] {
  const lists: [Row[], Row[]] = [[], []];
  const seen = new Set<string>();
  const packetsOf = sums(rows, (row) => keyOf(row, by));
  for (const row of rows) {
    const name = keyOf(row, by);
    if (seen.has(name)) continue;
    seen.add(name);
    const isV6 = row.source.includes(":");
    const { at, size } = keyLayout(isV6 ? "ipv6" : "ipv4", { fields: by });
    const key = new Uint8Array(size);
    for (const field of by) {
      if (field === "port") {
        key.set([row.port >> 8, row.port & 255], at.port);
        key[at["has-ports"]!] = 1;
      } else key.set(parseAddress(row[field] as string)!, at[field]);
    }
    const packets = packetsOf[name]!;
    lists[isV6 ? 1 : 0].push({ key: [...key], packets, bytes: packets * 60 });
  }
  return lists;
}

function press(view: View, keys: Iterable<string>): void {
  for (const key of keys) view.press(key);
}

/** The cells of the table's lines, by the heads of their columns. */
function cells(view: View, width: number, height: number) {
  const lines = linesOf(view.frame(width, height));
  const at = lines.findIndex((line) => /^\S+ .*(PACKETS\/S|BYTES)/.test(line));
  const head = lines[at]!;
  const heads = head.trim().split(/ +/).filter((name) => name !== "LOG");
  const cell = (line: string, name: string) => {
    const end = head.indexOf(` ${name}`) + 1 + name.length;
    return line.slice(0, end).trim().split(/ +/).at(-1)!.replaceAll(",", "");
  };
  const table = lines.slice(at + 1, -1);
  const end = table.findIndex((line) => /^[\d,]+ more /.test(line));
  return {
    heads,
    number: (line: string, name: string) => Number(cell(line, name)),
    rows: table.slice(0, end).filter((line) => line !== ""),
    rest: table[end]!,
    subtotal: table.find((line) => line.startsWith("subtotal ")),
    total: table.find((line) => line.startsWith("total "))!,
    lines,
  };
}

const FILTERS: [text: string, keeps: (source: string) => boolean][] = [
  ["", () => true],
  ["10.0.0.0/24", (source) => source.startsWith("10.0.0.")],
  ["!10.0.1.0/24", (source) => !source.startsWith("10.0.1.")],
  [
    "10.0.0.0/16,!10.0.2.0/24,2001:db8:2::/48",
    (source) =>
      /^10\.0\.[01]\./.test(source) || source.startsWith("2001:db8:2:"),
  ],
];

const sumOf = (rows: readonly Made[]) =>
  rows.reduce((sum, { packets }) => sum + packets, 0);

Deno.test("rows in sight and the rest are the window's sources, for every grouping, filter, order and size", () => {
  let counts = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const by = [["source"], ["source", "port"], ALL][seed % 3] as By;
    const keying = { fields: by, prefix: { ipv4: 32, ipv6: 128 } };
    const ticks = new Ticks("eth0", 1000, 65536, keying);
    const view = viewOf(ticks);
    view.forbidRecount();
    let rows: Made[] = [];
    let run: Made[] = [];
    for (let tick = 0; tick <= random(4); tick++) {
      rows = made(random, 1 + random(200));
      run = [...run, ...rows];
      view.tick(ticks.next(...listed(rows, by)));
    }
    const [filter, keeps] = FILTERS[random(FILTERS.length)]!;
    press(view, ["/", ...filter, "enter"]);
    const family = ["", "4", "6"][random(3)]!;
    press(view, family);
    press(view, "s".repeat(random(6)) + "b".repeat(random(6)));
    const isRun = random(2) === 0;
    if (isRun) press(view, "d");
    const width = [64, 80, 120, 200][random(4)]!;
    const height = [12, 24, 40, 50][random(4)]!;
    view.frame(width, height);
    press(view, Array(random(5)).fill("pagedown"));

    const left = (isRun ? run : rows).filter(({ source }) =>
      keeps(source) &&
      (family === "" || source.includes(":") === (family === "6"))
    );
    const { rows: seen, rest, subtotal, total, number, lines } = cells(
      view,
      width,
      height,
    );
    const head = isRun ? "PACKETS" : "PACKETS/S";
    const shown = seen.reduce((sum, line) => sum + number(line, head), 0);
    const about = `seed ${seed}\n${lines.join("\n")}`;
    assertEquals(shown + number(rest, head), sumOf(left), about);
    assertEquals(subtotal !== undefined, filter + family !== "", about);
    if (subtotal !== undefined) {
      assertEquals(number(subtotal, head), sumOf(left), about);
    }
    assertEquals(number(total, head), sumOf(isRun ? run : rows), about);
    // The numbers of rows are of the same window.
    const active = seen.filter((line) => number(line, head) > 0).length;
    const more = Number(/^[\d,]+/.exec(rest)![0].replaceAll(",", ""));
    const count = /(?:of |no rows)([\d,]*)/.exec(total)?.[1];
    if (count !== undefined) { // it has room
      counts++;
      assertEquals(active + more, Number(count.replaceAll(",", "")), about);
    }
  }
  assert(counts > 30, `${counts} of 60 screens say how many rows there are`);
});

/** The groupings of three fields, and how the test reads their keys. */
const GROUPINGS: [title: string, key: (row: Made) => string][] = [
  ["source,destination,port", (row) => keyOf(row, ALL)],
  ["source", ({ source }) => source],
  ["source /24 and /64", ({ source }) => networkOf(source)],
  ["destination", ({ destination }) => destination],
  ["destination /24 and /64", ({ destination }) => networkOf(destination)],
  ["port", ({ port }) => String(port)],
];

/** Of the addresses of `made`. */
function networkOf(address: string): string {
  return address.includes(":")
    ? `${address.slice(0, address.indexOf("::"))}::/64`
    : `${address.slice(0, address.lastIndexOf("."))}.0/24`;
}

Deno.test("coarser rows are the sums of the finer ones, with how many of them differ", () => {
  const random = randomFrom(5);
  const keying = { fields: ALL, prefix: { ipv4: 32, ipv6: 128 } };
  const ticks = new Ticks("eth0", 1000, 65536, keying);
  const view = viewOf(ticks);
  view.forbidRecount();
  const windows = Array.from({ length: 4 }, () => made(random, 300));
  for (const rows of windows) view.tick(ticks.next(...listed(rows, ALL)));
  for (const scope of ["tick", "run"]) {
    const all = scope === "tick" ? windows.at(-1)! : windows.flat();
    const head = scope === "tick" ? "PACKETS/S" : "PACKETS";
    for (const [title, key] of GROUPINGS) {
      const { rows, heads, number, lines } = cells(view, 200, 2000);
      assert(lines[0]!.includes(` by ${title} `), lines[0]);
      const shown = Object.fromEntries(
        rows.map((line) => [line.split(" ")[0]!, number(line, head)] as const)
          .filter(([, packets]) => packets > 0),
      );
      assertEquals(shown, sums(all, key), `${scope}, ${title}`);
      for (const field of FAN_OUT_FIELDS) {
        const fan = { source: "SOURCES", destination: "DESTS", port: "PORTS" };
        const isWhole = title.split(",").includes(field);
        assertEquals(heads.includes(fan[field]), !isWhole, `${title} ${field}`);
        if (isWhole) continue;
        for (const line of rows) {
          const own = all.filter((row) => key(row) === line.split(" ")[0]);
          const different = new Set(own.map((row) => row[field])).size;
          assertEquals(number(line, fan[field]), different, line);
        }
      }
      press(view, "b");
    }
    press(view, "d");
  }
});

Deno.test("a port scan stands first when rows are sorted by their ports", () => {
  const by: By = ["source", "port"];
  const keying = { fields: by, prefix: { ipv4: 32, ipv6: 128 } };
  const ticks = new Ticks("eth0", 1000, 65536, keying);
  const view = viewOf(ticks, false, "port");
  const destination = "192.0.2.1";
  const loud = Array.from({ length: 20 }, (_, at) => ({
    ...{ source: `10.0.0.${at}`, destination, port: 443, packets: 50_000 },
  }));
  const scan = Array.from({ length: 400 }, (_, port) => ({
    ...{ source: "10.9.9.9", destination, port: port + 1, packets: 1 },
  }));
  view.tick(ticks.next(...listed([...loud, ...scan], by)));
  const { rows: [first = ""], number } = cells(view, 120, 24);
  assertMatch(first, /^10\.9\.9\.9 /);
  assertEquals(number(first, "PORTS"), 400);
});

Deno.test("columns depend on the width and the grouping, never on the traffic", () => {
  for (const width of [64, 80, 100, 120, 160, 200]) {
    for (const keys of ["", "d", "b", "bd"]) {
      const heads = [1, 2, 3, 4].map((traffic) => {
        const random = randomFrom(traffic);
        const ticks = new Ticks();
        const view = viewOf(ticks);
        press(view, keys);
        const rows = made(random, 40 * traffic).map((row) => ({
          ...row,
          source: traffic === 1
            ? row.source.replace(/.*:.*/, "10.7.7.7")
            : traffic === 2
            ? "2001:db8:1234:5678:9abc:def0:1234:5678"
            : row.source,
          packets: row.packets * 10 ** (2 * traffic),
        }));
        for (let tick = 0; tick < traffic; tick++) {
          view.tick(ticks.next(...listed(rows, ["source"])));
        }
        const { heads, rows: lines } = cells(view, width, 24);
        if (traffic === 2 && !keys.includes("b") && width >= 80) {
          assertMatch(lines[0]!, /^2001:db8:1234:5678:9abc:def0:1234:5678 /);
        }
        return heads.join(" ");
      });
      assertEquals(new Set(heads).size, 1, `${width} "${keys}": ${heads}`);
    }
  }
});

Deno.test("a filter applies while it is typed, and escape leaves the one before", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  const rows = made(randomFrom(3), 200);
  view.tick(ticks.next(...listed(rows, ["source"])));
  const left = () => {
    const { subtotal, number } = cells(view, 120, 24);
    return subtotal && number(subtotal, "PACKETS/S");
  };
  const of = (keeps: (source: string) => boolean) =>
    sumOf(rows.filter(({ source }) => keeps(source)));
  press(view, "/10.0.1.0");
  assertEquals(left(), of((source) => source === "10.0.1.0"));
  press(view, "/");
  assertEquals(left(), of((source) => source === "10.0.1.0"), "not complete");
  press(view, "24");
  assertEquals(left(), of((source) => source.startsWith("10.0.1.")));
  press(view, ",!10.0.1.0/25");
  assertEquals(left(), of(() => false), "all of them are below 128");
  press(view, ["clear", ...":"]);
  assertEquals(left(), of((source) => source.includes(":")));
  press(view, ["enter", "/", "clear"]);
  assertEquals(left(), undefined);
  press(view, ["escape"]);
  assertEquals(left(), of((source) => source.includes(":")));
});

Deno.test("b asks for a new run where a grouping is not counted, unless that cannot be", () => {
  const rows = made(randomFrom(8), 100);
  const ticks = new Ticks();
  const view = viewOf(ticks);
  view.tick(ticks.next(...listed(rows, ["source"])));
  assertEquals(view.press("b"), undefined);
  assertMatch(linesOf(view.frame(120, 24))[0]!, /by source \/24 and \/64/);
  const asked = { kind: "recount", fields: ["destination"] } as const;
  assertEquals(view.press("b"), asked);
  const before = linesOf(view.frame(120, 24));
  assertMatch(before[0]!, /by source \/24 and \/64/, "until the run has begun");

  const by: By = ["destination"];
  const keying = { fields: by, prefix: { ipv4: 32, ipv6: 128 } };
  const other = new Ticks("eth0", 1000, 65536, keying);
  view.start(other.start);
  assertMatch(linesOf(view.frame(120, 24))[1]!, /Waiting/);
  view.tick(other.next(...listed(rows, by)));
  const { rows: shown, number, lines } = cells(view, 120, 500);
  assertMatch(lines[0]!, /by destination /);
  assertEquals(
    Object.fromEntries(
      shown.map((line) => [line.split(" ")[0], number(line, "PACKETS/S")]),
    ),
    sums(rows, ({ destination }) => destination),
  );
  view.press("b"); // its networks
  const protocol = { kind: "recount", fields: ["protocol"] } as const;
  assertEquals(view.press("b"), protocol);
  view.forbidRecount();
  const titles = Array.from({ length: 4 }, () => {
    assertEquals(view.press("b"), undefined);
    return / by (.*?) {2}/.exec(linesOf(view.frame(120, 24))[0]!)![1];
  });
  assertEquals(
    titles.toSorted(),
    [...titles.slice(0, 2), ...titles.slice(0, 2)].toSorted(),
  );
});

Deno.test("b says so where nothing else is counted", () => {
  const keying = { fields: ["port"], prefix: { ipv4: 32, ipv6: 128 } } as const;
  const ticks = new Ticks("eth0", 1000, 65536, keying);
  const view = viewOf(ticks);
  view.forbidRecount();
  assertEquals(view.press("b"), undefined);
  assertMatch(linesOf(view.frame(80, 24))[23]!, /^Nothing else is counted/);
});

Deno.test("beside an XDP program the header has its verdicts, or says what is not seen", () => {
  const holder = { id: 7, name: "fire\x1bwall" };
  const by = ["source", "verdict"] as const;
  const keying = { fields: by, prefix: { ipv4: 32, ipv6: 128 } };
  const start = { mode: "observe", holder };
  const ticks = new Ticks("eth0", 1000, 65536, keying, start);
  const view = viewOf(ticks);
  const { at, size } = keyLayout("ipv4", { fields: by });
  const row = (
    last: number,
    verdict: typeof VERDICTS[number],
    packets: number,
  ) => {
    const key = new Uint8Array(size);
    key.set([10, 0, 0, last], at.source);
    key[at.verdict! + 3] = VERDICTS.indexOf(verdict);
    return { key: [...key], packets, bytes: packets * 60 };
  };
  const rows = [row(1, "drop", 970), row(1, "pass", 10), row(2, "pass", 20)];
  const verdicts = {
    ...NO_VERDICTS,
    drop: { packets: 970n, bytes: 58_200n },
    pass: { packets: 30n, bytes: 1800n },
  };
  view.tick(ticks.next(rows, [], 0, { verdicts }));
  const { lines, rows: shown } = cells(view, 100, 24);
  assertMatch(lines[2]!, /^books balance/);
  assertMatch(
    lines[3]!,
    /^XDP program "fire.*wall": {2}970 drop \(97\.0%\) {2}30 pass \(3\.0%\)$/,
  );
  assertEquals(shown.map((line) => line.split(" ")[0]), [
    "10.0.0.1,drop",
    "10.0.0.2,pass",
    "10.0.0.1,pass",
  ]);

  const beside = new Ticks("eth0", 1000, 65536, undefined, {
    mode: "tc",
    holder,
  });
  const other = viewOf(beside);
  other.tick(beside.next(...listed(made(randomFrom(1), 9), ["source"])));
  assertMatch(
    linesOf(other.frame(100, 24))[3]!,
    /^beside XDP program "fire.*wall" {2}only what it passes on is counted$/,
  );
});

Deno.test("L shows shares of a thousandth as bars, and the timeline has numbers", () => {
  const ticks = new Ticks();
  const view = viewOf(ticks);
  const rows = [
    { source: "10.0.0.1", destination: "", port: 0, packets: 999_000 },
    { source: "10.0.0.2", destination: "", port: 0, packets: 1_000 },
  ];
  for (let tick = 0; tick < 70; tick++) {
    view.tick(ticks.next(...listed(rows, ["source"])));
  }
  const bars = () =>
    cells(view, 120, 40).rows.map((line) =>
      /[█▏▎▍▌▋▊▉]+/.exec(line)?.[0] ?? ""
    );
  const [loud, soft] = bars();
  assertEquals(soft, "");
  press(view, "L");
  const [, visible] = bars();
  assertEquals(
    visible!.length,
    Math.ceil(loud!.length / 4),
    "one decade of four",
  );
  assert(cells(view, 120, 40).lines.join().includes("LOG SCALE"));
  press(view, "L");
  assertEquals(bars(), [loud, soft]);

  const lines = linesOf(view.frame(120, 40));
  assertMatch(lines[3]!, /▇|█.* 1,000,000\/s$/);
  assertMatch(lines[5]!, / 500,000\/s$/);
  assertMatch(lines[6]!, / 0\/s$/);
  assertMatch(lines[7]!, /-1 min +now$/);
});
