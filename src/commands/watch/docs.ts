/** How `watch` is described: its options, examples and manual. */
import { MOST_SOURCES } from "../../basics/keys.ts";
import type { CommandDocs } from "../../cli/command_docs.ts";
import { flag, limit, repeated, time, whole } from "../../cli/option.ts";
import { SINK_OPTIONS } from "../../sinks/all.ts";
import { HELP } from "../command.ts";
import { NAMING } from "../naming.ts";
import { interval, NARROWING, sort, user } from "../counting_options.ts";

const DURATION = { least: 100, most: 366 * 86_400_000, range: "100ms to 366d" };
const PAUSE = { least: 0, most: 86_400_000, range: "0 to 1d" };

const OPTIONS = {
  interval,
  count: whole({
    name: "count",
    short: "c",
    value: "N",
    help: "end after N ticks",
  }, { least: 1, most: Number.MAX_SAFE_INTEGER }),
  duration: time({
    name: "duration",
    short: "d",
    value: "TIME",
    help: "end after this time: 60s, 10m",
    details:
      "From 100ms to 366d. With --count, whichever comes first ends the run.",
  }, DURATION),
  ...NARROWING,
  top: whole({
    name: "top",
    value: "N",
    help: "rows per tick, 0: all (default 20 in text, else all)",
    details:
      "The other sources are summed up as others. The last list of a text run, at its end or at SIGUSR1, has as many rows on a terminal and on stderr; in a file or a pipe it has all, unless --top is given.",
  }, { least: 0, most: MOST_SOURCES }),
  sort: { ...sort, isRare: true },
  ...SINK_OPTIONS,
  ...NAMING,
  labels: whole(
    {
      name: "labels",
      value: "N",
      help: "sources with their own series in metrics (default 20)",
      details:
        'From 0 to 10000. All other sources are one series, source="other".',
      isRare: true,
    },
    { least: 0, most: 10_000 },
    "20",
  ),
  isAligned: flag({
    name: "align",
    help: "end ticks at multiples of the interval on the clock",
    details:
      "With --interval 1m ticks end at full minutes. The first tick is short.",
    isRare: true,
  }),
  splay: time(
    {
      name: "splay",
      value: "TIME",
      help: "wait a random time, up to TIME, before the start",
      details: "For many hosts whose cron starts at the same second. Up to 1d.",
      isRare: true,
    },
    PAUSE,
    "0",
  ),
  wait: time(
    {
      name: "wait",
      value: "TIME",
      help: "wait up to TIME while an interface is busy",
      details:
        "It is busy while another XDP program is attached, if --hook xdp or --mode is given, or the program can neither be observed nor counted beside at tc. Up to 1d; without it the run ends with exit code 5.",
      isRare: true,
    },
    PAUSE,
    "0",
  ),
  waitsForInterface: flag({
    name: "wait-interface",
    help: "wait for an interface that is missing or goes away",
    details:
      "When it is there again, a new run starts. So does one when the XDP program that --hook observe rides on goes or is replaced: with the next program, or without one.",
    isRare: true,
  }),
  exitOver: limit({
    name: "exit-over",
    value: "LIMIT",
    help: "end when a source exceeds 10000pps or 1GB (exit 9)",
    details:
      "LIMIT is a rate in pps (packets a second in one tick) or an amount in B (bytes in the run); k, M, G or T before the unit are powers of 1000. The records of that tick and of the end are still written, and a message names the source.",
    isRare: true,
  }),
  user,
  isList: flag({
    isAlone: true,
    name: "list-interfaces",
    short: "D",
    help: "list the interfaces and exit",
  }),
  isQuiet: flag({
    name: "quiet",
    short: "q",
    help: "no notices, only warnings and errors",
    details: "Records are still written.",
  }),
  verbosity: repeated({
    name: "verbose",
    short: "v",
    help: "show libbpf's messages with errors; -vv: all of them",
    isRare: true,
  }),
  isHelp: { ...HELP.isHelp, help: "show the help; --help shows all options" },
  isVersion: flag({
    isAlone: true,
    name: "version",
    short: "V",
    help: "show the versions of xdptally, Deno, libbpf and Linux",
  }),
};

export type WatchOptions = typeof OPTIONS;

export const WATCH_DOCS = {
  name: "watch",
  summary:
    "Who is sending this machine packets? Exact counts by source address.",
  description:
    "Attaches a program to each interface and writes, every second, which source addresses sent how many packets. The word watch is needed only where an interface is named like a command.",
  operands: "INTERFACE...",
  completes: "interfaces",
  options: OPTIONS,
  examples: [
    { line: "sudo xdptally eth0", what: "every second, until Ctrl-C" },
    {
      line: "sudo xdptally -j -d 60s eth0 wg0",
      what: "a minute of two interfaces, as JSON Lines",
    },
  ],
  manual: async () => (await import("./manual.ts")).manual,
} as const satisfies CommandDocs;
