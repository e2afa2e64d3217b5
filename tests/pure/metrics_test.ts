/** The text of the metrics page, and that docs/fleet.md describes all of it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { emptySnapshot } from "../../src/formats/interface_state.ts";
import { metricsText } from "../../src/formats/metrics.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { Run } from "../../src/tally/run.ts";
import { EMPTY_BOOKS } from "../../src/tally/books.ts";
import { METRICS, pageOf } from "../lib/metrics.ts";
import { listOf, v4, v6 } from "./lists.ts";

const ORIGIN = {
  host: "h",
  run: "r",
  interface: 'e"\\\n',
  direction: "in",
  by: ["source"],
} as const;
const START = {
  ...ORIGIN,
  ifindex: 3,
  mode: "native",
  type: "start",
  version: "1.2.3",
  start: new Date(1_000_000),
  interval: 1,
  filter: undefined,
} as const;

Deno.test("metrics of a run: every class, the labelled sources and the others", () => {
  const run = new Run(
    ORIGIN,
    {
      sort: "packets",
      top: 20,
      endTop: 0,
      maxSources: 2,
      keying: BY_SOURCE,
      labels: 1,
    },
    { boot: 0, wall: 1_000_000 },
  );
  const window = {
    ipv4: listOf(
      "ipv4",
      v4("10.0.0.1", 5, 500),
      v4("10.0.0.2", 2, 200),
      v4("10.0.0.3", 1, 100),
    ),
    ipv6: listOf("ipv6", v6(1, 3, 300)),
  };
  const books = {
    ...EMPTY_BOOKS,
    total: { packets: 15n, bytes: 1500n },
    nonIp: { packets: 3n, bytes: 300n, types: new Map([["arp", 2n]]) },
    malformed: {
      ...{ packets: 1n, bytes: 100n },
      ...{ cut: 1n, version: 0n, length: 0n },
    },
  };
  const tick = run.close(window, books, {
    end: { boot: 2500, wall: 1_002_500 },
    skipped: 1,
    reading: 0.25,
  });
  const text = metricsText([{
    start: START,
    snapshot: tick.snapshot(),
    isRunning: false,
    maxSources: 2,
  }]);

  const samples = text.split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/^xdptally_/, ""))
    .map((line) =>
      line.replace(/interface="e\\"\\\\\\n",direction="in",?/, "")
    );
  assertEquals(samples, [
    'build_info{version="1.2.3"} 1',
    'interface_info{mode="native"} 1',
    "running{} 0",
    "start_time_seconds{} 1000",
    "interval_seconds{} 1",
    "last_tick_time_seconds{} 1002.5",
    "tick_reading_seconds{} 0.25",
    "complete{} 1",
    'sources{family="ipv4"} 2',
    'sources{family="ipv6"} 1',
    "max_sources{} 2",
    "ticks_total{} 1",
    "missed_deadlines_total{} 1",
    "packets_total{} 15",
    "bytes_total{} 1500",
    'class_packets_total{class="source"} 10',
    'class_packets_total{class="untracked"} 1',
    'class_packets_total{class="non_ip"} 3',
    'class_packets_total{class="malformed"} 1',
    'class_packets_total{class="filtered"} 0',
    'class_packets_total{class="undecoded"} 0',
    'class_bytes_total{class="source"} 1000',
    'class_bytes_total{class="untracked"} 100',
    'class_bytes_total{class="non_ip"} 300',
    'class_bytes_total{class="malformed"} 100',
    'class_bytes_total{class="filtered"} 0',
    'class_bytes_total{class="undecoded"} 0',
    'untracked_by_cause_packets_total{cause="full"} 1',
    'untracked_by_cause_packets_total{cause="no_memory"} 0',
    'untracked_by_cause_packets_total{cause="busy"} 0',
    'non_ip_by_type_packets_total{type="arp"} 2',
    'non_ip_by_type_packets_total{type="other"} 1',
    'malformed_by_cause_packets_total{cause="cut"} 1',
    'malformed_by_cause_packets_total{cause="version"} 0',
    'malformed_by_cause_packets_total{cause="length"} 0',
    'source_packets_total{source="10.0.0.1"} 5',
    'source_packets_total{source="other"} 5',
    'source_bytes_total{source="10.0.0.1"} 500',
    'source_bytes_total{source="other"} 500',
  ]);
});

Deno.test("metrics before the first tick, and of several interfaces", () => {
  const watch = (name: string) => ({
    start: { ...START, interface: name },
    snapshot: emptySnapshot(START),
    isRunning: true,
    maxSources: 2,
  });
  const text = metricsText([watch("a"), watch("b")]);
  assertStringIncludes(
    text,
    'xdptally_packets_total{interface="a",direction="in"} 0\nxdptally_packets_total{interface="b",direction="in"} 0\n',
  );
  // The header of a metric appears once, before all its samples.
  const families = text.match(/^# TYPE (\S+)/gm)!;
  assertEquals(new Set(families).size, families.length);
  assertMatch(text, /\n$/);
});

Deno.test("docs/fleet.md lists every metric, and the number of series", () => {
  const docs = Deno.readTextFileSync(
    new URL("../../docs/fleet.md", import.meta.url),
  );
  const rows = [
    ...docs.matchAll(/^\| `(xdptally_\w+)` +\| (\w+) +\| (\w*) +\|/gm),
  ]
    .map(([, name, type, label]) => ({ name, type, label }));
  const expected = [...METRICS].map(([name, { type, labels }]) => ({
    name,
    type,
    label: labels.filter((label) => !["interface", "direction"].includes(label))
      .join(","),
  }));
  assertEquals(rows, expected);

  // Of one interface, without an EtherType and without a labelled source.
  const [samples, observing] = (["native", "observe"] as const).map((mode) =>
    pageOf(mode).split("\n").filter((line) => /^[a-z]/.test(line)).length
  );
  assertStringIncludes(
    docs,
    `5 + interfaces x (${samples} + types + 2 x labels)`,
  );
  assertStringIncludes(docs, `has ${observing! - samples!} more`);
});
