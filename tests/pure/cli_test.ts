/** Command lines: what they ask for, and what is said of bad ones. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT_MEANINGS, Failure } from "../../src/basics/errors.ts";
import { WELL_KNOWN_PORTS } from "../../src/basics/tunnels.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { defaultsOf } from "../../src/cli/option.ts";
import { helpText } from "../../src/cli/help_text.ts";
import { allCommands, commands } from "../../src/commands/all.ts";
import { countingOf, NARROWING } from "../../src/commands/counting_options.ts";
import { TOP_DOCS } from "../../src/commands/top/docs.ts";
import { FORMATS } from "../../src/formats/all.ts";
import { oneOf } from "../../src/cli/values.ts";
import { WATCH_DOCS } from "../../src/commands/watch/docs.ts";
import { sessionOptions } from "../../src/commands/watch/watch.ts";
import type { Counting, SessionOptions } from "../../src/engine/options.ts";
import { planSinks } from "../../src/sinks/all.ts";
import { outputOf } from "../../src/sinks/output.ts";

const COUNTING: Counting = {
  keying: { ...BY_SOURCE, inner: undefined },
  filter: undefined,
  directions: ["in"],
  hook: undefined,
  mode: "auto",
  maxSources: 65536,
};

const DEFAULTS = {
  interfaces: ["eth0"],
  rows: { sort: "packets", top: 20, endTop: 0, labels: undefined },
  timing: {
    interval: 1000,
    count: undefined,
    duration: undefined,
    isAligned: false,
  },
  waiting: { splay: 0, wait: 0, waitsForInterface: false },
  user: undefined,
  limit: undefined,
  logsLibbpf: false,
};

/** What a command line of `watch` asks for, as far as it is not the default. */
interface Asked {
  readonly interfaces?: readonly string[];
  readonly counting?: Partial<Counting>;
  readonly rows?: Partial<SessionOptions["rows"]>;
  readonly timing?: Partial<SessionOptions["timing"]>;
  readonly waiting?: SessionOptions["waiting"];
  readonly limit?: SessionOptions["limit"];
  readonly logsLibbpf?: boolean;
  readonly isQuiet?: boolean;
  readonly files?: { readonly isLocal: boolean; readonly isSynced: boolean };
  /** The format, and the file's path and whether it is compressed. */
  readonly output?: readonly [format: string, path?: string, isGzip?: boolean];
}

function asked(line: string): unknown {
  const args = line.split(" ");
  const { values, operands } = parseArguments(
    args[0] === "watch" ? args.slice(1) : args,
    WATCH_DOCS.options,
  );
  const { format, pattern } = outputOf(values);
  const { isQuiet, isLocal, isSynced } = values;
  return {
    ...sessionOptions(values, operands, planSinks(values), false),
    isQuiet,
    files: { isLocal, isSynced },
    output: [format.name, pattern?.path, pattern?.isGzip],
  };
}

function expected({ counting, rows, timing, waiting, ...rest }: Asked) {
  const [format = "text", path, isGzip] = rest.output ?? [];
  return {
    ...DEFAULTS,
    isQuiet: false,
    files: { isLocal: false, isSynced: false },
    ...rest,
    counting: { ...COUNTING, ...counting },
    rows: { ...DEFAULTS.rows, ...rows },
    timing: { ...DEFAULTS.timing, ...timing },
    waiting: { ...DEFAULTS.waiting, ...waiting },
    output: [format, path, path === undefined ? undefined : isGzip ?? false],
  };
}

const ALL_ROWS = { top: 0 };
const jsonl: Asked = { output: ["jsonl"], rows: ALL_ROWS };

const GOOD: [line: string, differs: Asked][] = [
  ["eth0", {}],
  ["watch eth0", {}],
  ["eth0 wlan0", { interfaces: ["eth0", "wlan0"] }],
  ["007", { interfaces: ["007"] }],
  ["watch watch", { interfaces: ["watch"] }],
  ["-- -odd", { interfaces: ["-odd"] }],
  ["eth0 -i1s", {}],
  ["eth0 -i 500ms", { timing: { interval: 500 } }],
  ["-i0.1 eth0", { timing: { interval: 100 } }],
  ["-i 5s -i0.1 eth0", { timing: { interval: 100 } }],
  ["--interval=2m eth0", { timing: { interval: 120_000 } }],
  ["--interval 1h eth0", { timing: { interval: 3_600_000 } }],
  ["-c 3 eth0", { timing: { count: 3 } }],
  ["-d 60 eth0", { timing: { duration: 60_000 } }],
  ["-d 7d eth0", { timing: { duration: 604_800_000 } }],
  ["--top 5 eth0", { rows: { top: 5, endTop: 5 } }],
  ["--top=0 eth0", { rows: ALL_ROWS }],
  ["--sort ip eth0", { rows: { sort: "ip" } }],
  ["-m native eth0", { counting: { mode: "native" } }],
  ["-mdrv eth0", { counting: { mode: "native" } }],
  ["--mode driver eth0", { counting: { mode: "native" } }],
  ["--mode skb eth0", { counting: { mode: "generic" } }],
  ["-j eth0", jsonl],
  ["--format jsonl eth0", jsonl],
  ["--format json eth0", jsonl],
  ["-j --format jsonl eth0", jsonl],
  ["--format csv eth0", { output: ["csv"], rows: ALL_ROWS }],
  ["--max-sources 100 eth0", { counting: { maxSources: 100 } }],
  ["--inner eth0", {
    counting: { keying: { ...BY_SOURCE, inner: WELL_KNOWN_PORTS } },
  }],
  ["--inner --inner-ports gtp:1,vxlan:4789 --by outer-source eth0", {
    counting: {
      keying: {
        ...BY_SOURCE,
        fields: ["outer-source"],
        inner: [...WELL_KNOWN_PORTS, ["gtp", 1]],
      },
    },
  }],
  ["-o - eth0", {}],
  ["-o a.csv eth0", { output: ["csv", "a.csv"], rows: ALL_ROWS }],
  ["-o a.json -j eth0", { output: ["jsonl", "a.json"], rows: ALL_ROWS }],
  ["-o a.jsonl.gz eth0", {
    output: ["jsonl", "a.jsonl.gz", true],
    rows: ALL_ROWS,
  }],
  ["-o a eth0", { output: ["text", "a"] }],
  ["-o d/ eth0", {
    output: ["jsonl", "d/%h-%i-%Y%m%d.jsonl"],
    rows: ALL_ROWS,
  }],
  ["-o x.prom eth0", { output: ["prom", "x.prom"], rows: { labels: 20 } }],
  ["-o d/ --format prom --top 0 --labels 0 eth0", {
    output: ["prom", "d/xdptally-%i.prom"],
    rows: { top: 0, labels: 0 },
  }],
  ["-o d/ --format csv eth0", {
    output: ["csv", "d/%h-%i-%Y%m%d.csv"],
    rows: ALL_ROWS,
  }],
  ["--local --fsync --align --wait-interface eth0", {
    files: { isLocal: true, isSynced: true },
    timing: { isAligned: true },
    waiting: { waitsForInterface: true },
  }],
  ["--splay 30s --wait 1m eth0", { waiting: { splay: 30_000, wait: 60_000 } }],
  ["--exit-over 10000pps eth0", {
    limit: { text: "10000pps", unit: "pps", most: 10_000 },
  }],
  ["--exit-over 1.5GB eth0", {
    limit: { text: "1.5GB", unit: "bytes", most: 1.5e9 },
  }],
  ["--listen 9435 eth0", { rows: { ...ALL_ROWS, labels: 20 } }],
  ["-qvv eth0", { isQuiet: true, logsLibbpf: true }],
  ["-jqi 2 eth0", { ...jsonl, isQuiet: true, timing: { interval: 2000 } }],
];

Deno.test("good command lines", () => {
  for (const [line, differs] of GOOD) {
    assertEquals(asked(line), expected(differs), line);
  }
});

/** What a command line plans, if stdout is a terminal or is not. */
function planned(line: string, hasPeople: boolean) {
  const { values, operands } = parseArguments(
    line.split(" "),
    WATCH_DOCS.options,
  );
  const plans = planSinks(values);
  const { rows } = sessionOptions(values, operands, plans, hasPeople);
  return { sinks: plans.map(({ name }) => name), rows };
}

Deno.test("the last list is as short as a tick's on a terminal, and whole elsewhere", () => {
  for (
    const [top, given] of [["", undefined], ["--top 0 ", 0], [
      "--top 7 ",
      7,
    ]] as const
  ) {
    for (
      const [output, isText, isStdout] of [
        ["", true, true],
        ["--format text ", true, true],
        ["-o - ", true, true],
        ["-o x.txt ", true, false],
        ["-j ", false, true],
        ["--format csv ", false, true],
      ] as const
    ) {
      for (const hasPeople of [true, false]) {
        const { rows } = planned(`${top}${output}eth0`, hasPeople);
        const short = isText ? 20 : 0;
        assertEquals(rows.top, given ?? short, output);
        const isShown = hasPeople && isStdout;
        assertEquals(rows.endTop, given ?? (isShown ? short : 0), output);
      }
    }
  }
});

Deno.test("--listen writes records only where something asks for them", () => {
  const sinks = (line: string) => planned(line, true).sinks;
  assertEquals(sinks("eth0"), ["output"]);
  for (const more of ["", "-q ", "--top 5 ", "--fsync ", "--labels 0 "]) {
    assertEquals(sinks(`${more}--listen 9435 eth0`), ["listen"]);
  }
  for (
    const asked of ["--format text", "-j", "-o x.jsonl", "-o -", "-o x.prom"]
  ) {
    assertEquals(sinks(`${asked} --listen 9435 eth0`), ["output", "listen"]);
  }
});

Deno.test("top: command lines", () => {
  const DEFAULT = {
    interval: 1000,
    sort: "packets",
    ...defaultsOf(NARROWING),
    user: undefined,
    hasNoColour: false,
    isHelp: false,
    names: [],
    mmdb: [],
  };
  const LINES: [line: string, differs: Record<string, unknown>][] = [
    ["eth0", {}],
    ["-i 200ms eth0", { interval: 200 }],
    ["--sort first -mskb eth0", { sort: "first", mode: "generic" }],
    ["--no-color --user root eth0", { hasNoColour: true, user: "root" }],
    ["--max-sources 9 eth0", { maxSources: 9 }],
    ["--prefix4 24 --prefix6 64 eth0", { prefix4: 24, prefix6: 64 }],
    ["--by port,source --sort port eth0", {
      by: ["source", "port"],
      sort: "port",
    }],
    ["--direction both --hook tc --inner eth0", {
      direction: "both",
      hook: "tc",
      inner: true,
    }],
  ];
  for (const [line, differs] of LINES) {
    const { values } = parseArguments(line.split(" "), TOP_DOCS.options);
    assertEquals(values as unknown, { ...DEFAULT, ...differs }, line);
    // As watch reads the same words.
    const narrowing = line.replace(/--sort \S+ |--no-color /g, "");
    assertEquals(
      countingOf(values),
      (asked(narrowing) as SessionOptions).counting,
      line,
    );
  }
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
    'Cannot use --sort "x": give packets, bytes, ip, first, source, destination or port',
  ],
  [["eth0", "eth1", "eth0"], 'Cannot watch "eth0" twice'],
  [
    ["--intervall", "1s", "eth0"],
    'Cannot use "--intervall": there is no such option; did you mean --interval?',
  ],
  [["--Top=3"], "did you mean --top?"],
  [
    ["--inner-ports", "vxlan:8472", "eth0"],
    "Cannot use --inner-ports: no packet is looked for inside tunnels; add --inner",
  ],
  [
    ["--by", "source,outer-source", "eth0"],
    'Cannot count by "outer-source": no packet is looked for inside tunnels; add --inner',
  ],
  [
    ["--by", "mac,ethertype", "--inner", "eth0"],
    "Cannot use --inner with --by mac,ethertype: the frame has these fields",
  ],
  [
    ["-o", "a.csv", "--output=b.csv", "eth0"],
    'Cannot use --output with "a.csv" and "b.csv": a run writes one file',
  ],
  ...[
    ["vxlan", '"vxlan" is none of vxlan:PORT'],
    ["gre:1", '"gre:1" is none of vxlan:PORT'],
    ["vxlan:0", '"vxlan:0" is none of vxlan:PORT'],
    ["gtp:1,vxlan:65536", '"vxlan:65536" is none of'],
    ["vxlan:2152", "port 2152 cannot be for vxlan and for gtp; leave one out"],
    ["gtp:1,l2tp:1", "port 1 cannot be for l2tp and for gtp"],
    [
      "gtp:1,gtp:2,gtp:3,gtp:4",
      "there are too many ports for gtp; name at most 3",
    ],
  ].map(([ports, why]): [string[], string] => [
    ["--inner", "--inner-ports", ports!, "eth0"],
    `Cannot use --inner-ports "${ports}": ${why}`,
  ]),
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
    `Cannot use --format "xml": give ${oneOf(FORMATS.map(({ name }) => name))}`,
  ],
  [
    ["-j", "--format", "csv", "eth0"],
    'Cannot use --format "csv": --json asks for jsonl',
  ],
  [
    ["-o", "a%Qb", "eth0"],
    'Cannot use --output "a%Qb": unknown field "%Q"',
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

Deno.test("bad command lines get one line and exit code 2", async () => {
  for (const [args, line] of BAD) {
    const [first, ...rest] = args;
    const isNamed = commands.has(first);
    const command = await commands.named(isNamed ? first : "watch");
    try {
      const given = parseArguments(
        isNamed ? rest : args,
        command.options,
      );
      await command.run(given, commands);
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

Deno.test("every help has each option, and no line over 79 columns", async () => {
  for (const command of await allCommands()) {
    const text = helpText(command, true, commands.names);
    for (const { name } of Object.values(command.options)) {
      assertStringIncludes(text, `--${name}`);
    }
    for (const line of text.trimEnd().split("\n")) {
      assert(line.length < 80, line);
    }
  }
});

Deno.test("-h fits a screen, and has the exit codes and the options for a flood", () => {
  const text = helpText(WATCH_DOCS, false, commands.names);
  const lines = text.trimEnd().split("\n");
  assert(lines.length <= 24, `${lines.length} lines`);
  for (const line of lines) assert(line.length < 80, line);
  for (const name of ["filter", "prefix4", "by"]) {
    const at = lines.findIndex((line) => line.includes(`--${name} `));
    assert(at > 0 && at < 10, `--${name}: line ${at}`);
  }
  const codes = lines.slice(
    lines.findIndex((line) => line.startsWith("Exit codes:")),
  ).join(" ")
    .replace(/\s+/g, " ");
  for (const [code, meaning] of Object.entries(EXIT_MEANINGS)) {
    assertStringIncludes(codes, `${code} ${meaning}`);
  }
});
