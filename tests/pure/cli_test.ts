import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { helpText, topHelpText } from "../../src/cli/help.ts";
import { OPTIONS } from "../../src/commands/watch/options.ts";
import {
  parseCommandLine,
  type WatchOptions,
} from "../../src/commands/watch/parse.ts";
import { TOP_OPTIONS } from "../../src/commands/top/options.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { EXIT_MEANINGS, Failure } from "../../src/basics/errors.ts";

const DEFAULTS: WatchOptions = {
  interfaces: ["eth0"],
  interval: 1000,
  count: undefined,
  duration: undefined,
  top: 20,
  endTop: 0,
  labels: undefined,
  listen: undefined,
  sort: "packets",
  mode: "auto",
  format: "text",
  output: undefined,
  isLocal: false,
  isSynced: false,
  isAligned: false,
  splay: 0,
  wait: 0,
  waitsForInterface: false,
  exitOver: undefined,
  user: "nobody",
  keying: BY_SOURCE,
  filter: undefined,
  filterText: undefined,
  directions: ["in"],
  hook: "xdp",
  maxSources: 65536,
  isQuiet: false,
  verbosity: 0,
};

const jsonl = { format: "jsonl", top: 0 } as const;

const GOOD: [line: string, differs: Partial<WatchOptions>][] = [
  ["eth0", {}],
  ["watch eth0", {}],
  ["eth0 wlan0", { interfaces: ["eth0", "wlan0"] }],
  ["007", { interfaces: ["007"] }],
  ["watch watch", { interfaces: ["watch"] }],
  ["-- -odd", { interfaces: ["-odd"] }],
  ["eth0 -i1s", {}],
  ["eth0 -i 500ms", { interval: 500 }],
  ["-i0.1 eth0", { interval: 100 }],
  ["--interval=2m eth0", { interval: 120_000 }],
  ["--interval 1h eth0", { interval: 3_600_000 }],
  ["-c 3 eth0", { count: 3 }],
  ["-d 60 eth0", { duration: 60_000 }],
  ["-d 7d eth0", { duration: 604_800_000 }],
  ["--top 5 eth0", { top: 5, endTop: 5 }],
  ["--top=0 eth0", { top: 0 }],
  ["--sort ip eth0", { sort: "ip" }],
  ["-m native eth0", { mode: "native" }],
  ["-mdrv eth0", { mode: "native" }],
  ["--mode driver eth0", { mode: "native" }],
  ["--mode skb eth0", { mode: "generic" }],
  ["-j eth0", jsonl],
  ["--format jsonl eth0", jsonl],
  ["--format json eth0", jsonl],
  ["-j --format jsonl eth0", jsonl],
  ["--format csv eth0", { format: "csv", top: 0 }],
  ["--max-sources 100 eth0", { maxSources: 100 }],
  ["-o - eth0", {}],
  ["-o a.csv eth0", {
    format: "csv",
    top: 0,
    output: { path: "a.csv", format: "csv", isGzip: false },
  }],
  ["-o a.csv -j eth0", {
    ...jsonl,
    output: { path: "a.csv", format: "csv", isGzip: false },
  }],
  ["-o a.jsonl.gz eth0", {
    ...jsonl,
    output: { path: "a.jsonl.gz", format: "jsonl", isGzip: true },
  }],
  ["-o a.log eth0", {
    output: { path: "a.log", format: undefined, isGzip: false },
  }],
  ["-o d/ eth0", {
    ...jsonl,
    output: { path: "d/%h-%i-%Y%m%d.jsonl", format: "jsonl", isGzip: false },
  }],
  ["-o x.prom eth0", {
    format: "prom",
    labels: 20,
    output: { path: "x.prom", format: "prom", isGzip: false },
  }],
  ["-o d/ --format prom --top 0 --labels 0 eth0", {
    format: "prom",
    top: 0,
    labels: 0,
    output: { path: "d/xdptally-%i.prom", format: "prom", isGzip: false },
  }],
  ["-o d/ --format csv eth0", {
    format: "csv",
    top: 0,
    output: { path: "d/%h-%i-%Y%m%d.csv", format: "csv", isGzip: false },
  }],
  ["--local --fsync --align --wait-interface eth0", {
    isLocal: true,
    isSynced: true,
    isAligned: true,
    waitsForInterface: true,
  }],
  ["--splay 30s --wait 1m eth0", { splay: 30_000, wait: 60_000 }],
  ["--exit-over 10000pps eth0", {
    exitOver: { text: "10000pps", unit: "pps", most: 10_000 },
  }],
  ["--exit-over 1.5GB eth0", {
    exitOver: { text: "1.5GB", unit: "bytes", most: 1.5e9 },
  }],
  ["-qvv eth0", { isQuiet: true, verbosity: 2 }],
  ["-jqi 2 eth0", { ...jsonl, isQuiet: true, interval: 2000 }],
];

Deno.test("good command lines", () => {
  for (const [line, differs] of GOOD) {
    assertEquals(
      parseCommandLine(line.split(" ")),
      { name: "watch", options: { ...DEFAULTS, ...differs } },
      line,
    );
  }
  for (
    const [line, name] of [["-h", "help"], ["eth0 --help", "help"], [
      "-V",
      "version",
    ], ["-D", "list"]]
  ) {
    assertEquals(parseCommandLine(line!.split(" ")).name, name, line);
  }
});

Deno.test("top: command lines", () => {
  const options = {
    interfaces: ["eth0"],
    interval: 1000,
    sort: "packets",
    mode: "auto",
    maxSources: 65536,
    user: "nobody",
    hasColour: true,
  };
  const LINES: [line: string, differs: Record<string, unknown>][] = [
    ["top eth0", {}],
    ["top eth0 wg0", { interfaces: ["eth0", "wg0"] }],
    ["top top", { interfaces: ["top"] }],
    ["top -i 200ms eth0", { interval: 200 }],
    ["top --sort first -mskb eth0", { sort: "first", mode: "generic" }],
    ["top --no-color --user root eth0", { hasColour: false, user: "root" }],
    ["top --max-sources 9 eth0", { maxSources: 9 }],
  ];
  for (const [line, differs] of LINES) {
    assertEquals(
      parseCommandLine(line.split(" ")),
      { name: "top", options: { ...options, ...differs } } as unknown,
      line,
    );
  }
  assertEquals(parseCommandLine(["top", "-h"]), { name: "top-help" });
  for (const line of topHelpText().trimEnd().split("\n")) {
    assert(line.length < 80, line);
  }
  for (const { name } of TOP_OPTIONS) {
    assertStringIncludes(topHelpText(), `--${name}`);
  }
  const watched = parseCommandLine(["watch", "top"]);
  assertEquals(watched.name === "watch" && watched.options.interfaces, ["top"]);
});

const BAD: [args: string[], line: string][] = [
  [
    [],
    "Cannot watch: no interface is named; xdptally -D lists them, xdptally -h shows the options",
  ],
  [["watch"], "Cannot watch: no interface is named"],
  [["top"], "Cannot watch: no interface is named"],
  [["top", "eth0", "eth0"], 'Cannot watch "eth0" twice'],
  [
    ["top", "-c", "1", "eth0"],
    'Cannot use "-c": there is no such option; the nearest are --',
  ],
  [
    ["top", "--sort", "x", "eth0"],
    'Cannot use --sort "x": give packets, bytes, ip or first',
  ],
  [["eth0", "eth1", "eth0"], 'Cannot watch "eth0" twice'],
  [
    ["--intervall", "1s", "eth0"],
    'Cannot use "--intervall": there is no such option; did you mean --interval?',
  ],
  [["--Top=3"], "did you mean --top?"],
  [["--int", "1s"], "did you mean --interval?"],
  [["--max_sources", "1"], "did you mean --max-sources?"],
  [
    ["--bogus"],
    'Cannot use "--bogus": there is no such option; the nearest are --',
  ],
  [
    ["-json", "eth0"],
    'Cannot use "-json": there is no such option; did you mean --json?',
  ],
  [["-x", "eth0"], 'Cannot use "-x": there is no such option'],
  [["-qx"], 'Cannot use "-x"'],
  [
    ["-i", "0", "eth0"],
    'Cannot use --interval "0": out of range; give 100ms to 1h',
  ],
  [["-i", "99ms", "eth0"], 'Cannot use --interval "99ms": out of range'],
  [["-i", "61m", "eth0"], 'Cannot use --interval "61m": out of range'],
  [["-i", "-1", "eth0"], 'Cannot use --interval "-1": not a time'],
  [
    ["-i", "abc", "eth0"],
    'Cannot use --interval "abc": not a time; give seconds, or 500ms, 2s, 1m (100ms to 1h)',
  ],
  [["-i", "1e9h", "eth0"], 'Cannot use --interval "1e9h": not a time'],
  [["-i", "", "eth0"], 'Cannot use --interval ""'],
  [["-i"], "Cannot use -i: its value is missing; give TIME"],
  [
    ["--top", "-1", "eth0"],
    'Cannot use --top "-1": give a whole number from 0',
  ],
  [["--top", "1.5", "eth0"], 'Cannot use --top "1.5"'],
  [["-c", "0", "eth0"], 'Cannot use --count "0": give a whole number from 1'],
  [["-d", "0", "eth0"], 'Cannot use --duration "0": out of range'],
  [["--max-sources", "0", "eth0"], 'Cannot use --max-sources "0"'],
  [
    ["--max-sources", "99999999", "eth0"],
    'Cannot use --max-sources "99999999"',
  ],
  [
    ["--sort", "name", "eth0"],
    'Cannot use --sort "name": give packets, bytes or ip',
  ],
  [
    ["--mode", "offload", "eth0"],
    'Cannot use --mode "offload": give auto, native or generic',
  ],
  [["--mode", "constructor", "eth0"], 'Cannot use --mode "constructor"'],
  [
    ["--format", "xml", "eth0"],
    'Cannot use --format "xml": give text, jsonl, csv or prom',
  ],
  [
    ["-j", "--format", "csv", "eth0"],
    'Cannot use --format "csv": --json asks for another',
  ],
  [
    ["-o", "a%Qb", "eth0"],
    'Cannot use --output "a%Qb": there is no field "%Q"',
  ],
  [["-o", "", "eth0"], 'Cannot use --output ""'],
  [
    ["--splay", "2d", "eth0"],
    'Cannot use --splay "2d": out of range; give 0 to 1d',
  ],
  [
    ["--exit-over", "10", "eth0"],
    'Cannot use --exit-over "10": give packets a second like 10000pps',
  ],
  [["--quiet=yes", "eth0"], "Cannot use --quiet: it takes no value"],
];

Deno.test("bad command lines get one line and exit code 2", () => {
  for (const [args, line] of BAD) {
    try {
      parseCommandLine(args);
    } catch (error) {
      assert(error instanceof Failure, `${args}: ${error}`);
      assertEquals(error.exitCode, 2, args.join(" "));
      assertStringIncludes(error.message, line);
      assert(!error.message.includes("\n"), error.message);
      continue;
    }
    throw new Error(`taken: ${args.join(" ")}`);
  }
});

Deno.test("the help fits a screen and has every option and exit code", () => {
  const lines = helpText(false).trimEnd().split("\n");
  assert(lines.length <= 24, `${lines.length} lines`);
  for (const line of lines) assert(line.length < 80, line);
  for (const { name } of OPTIONS) {
    assertStringIncludes(helpText(true), `--${name}`);
  }
  const codes = lines.slice(
    lines.findIndex((line) => line.startsWith("Exit codes:")),
  ).join(" ")
    .replace(/\s+/g, " ");
  for (const [code, meaning] of Object.entries(EXIT_MEANINGS)) {
    assertStringIncludes(codes, `${code} ${meaning}`);
  }
});
