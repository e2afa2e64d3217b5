import { parseArgs } from "@std/cli/parse-args";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { EXIT, Failure } from "../errors.ts";
import {
  type FilePattern,
  type FormatName,
  parsePattern,
} from "../output/filename.ts";
import type { Limit } from "../tally/limit.ts";
import { type Option, type OptionName, OPTIONS } from "./options.ts";
import {
  badValue,
  parseLimit,
  parseTime,
  parseWhole,
  parseWord,
} from "./values.ts";

const FORMATS = ["text", "jsonl", "csv"] as const satisfies FormatName[];
const MODES = ["auto", "native", "generic"] as const;
const SORTS = ["packets", "bytes", "ip"] as const;

/** The words that some options take. */
export const CHOICES = { sort: SORTS, mode: MODES, format: FORMATS } as const;

/** What `watch` is to do. Times are milliseconds. */
export interface WatchOptions {
  readonly interfaces: readonly string[];
  readonly interval: number;
  readonly count: number | undefined;
  readonly duration: number | undefined;
  /** Rows a tick, 0 for all. */
  readonly top: number;
  /** Rows of the end record, 0 for all. */
  readonly endTop: number;
  readonly sort: typeof SORTS[number];
  readonly mode: typeof MODES[number];
  readonly format: FormatName;
  /** Undefined: stdout. */
  readonly output: FilePattern | undefined;
  /** Times in file names are local. */
  readonly isLocal: boolean;
  /** Wait until the disk has each record. */
  readonly isSynced: boolean;
  /** The first deadline is the wall clock's next multiple of the interval. */
  readonly isAligned: boolean;
  /** The longest random wait before the start. */
  readonly splay: number;
  /** How long to wait for an interface that is busy. */
  readonly wait: number;
  /** Wait for an interface that is missing or goes away. */
  readonly waitsForInterface: boolean;
  /** End the run when a source exceeds it. */
  readonly exitOver: Limit | undefined;
  readonly maxSources: number;
  readonly isQuiet: boolean;
  /** 0, 1: libbpf's text with errors, 2: all that libbpf says. */
  readonly verbosity: number;
}

export type Command =
  | { readonly name: "version" | "list" }
  | { readonly name: "help"; readonly isFull: boolean }
  | { readonly name: "watch"; readonly options: WatchOptions };

/**
 * What the command line asks for.
 *
 * @throws {Failure} exit code 2, with the one line to print
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { options, positionals } = plainForm(args);
  const parsed = parseArgs([...options, "--", ...positionals], {
    string: OPTIONS.filter((option) => "value" in option).map(({ name }) =>
      name
    ),
    boolean: OPTIONS.filter((option) => !("value" in option)).map(({ name }) =>
      name
    ),
    collect: ["verbose"],
  }) as Record<string, unknown>;
  const flag = (name: OptionName) => parsed[name] === true;
  const value = (name: OptionName) => parsed[name] as string | undefined;

  if (flag("help")) return { name: "help", isFull: args.includes("--help") };
  if (flag("version")) return { name: "version" };
  if (flag("list-interfaces")) return { name: "list" };

  const [first, ...others] = positionals;
  const interfaces = first === "watch" ? others : positionals;
  const asked = parseFormat(value("format"), flag("json"));
  const output = parseOutput(value("output"), asked);
  const format = asked ?? output?.format ?? "text";
  const top = parseOptional(
    value("top"),
    (text) => parseWhole("top", text, 0, MOST_SOURCES),
  );
  const options_: WatchOptions = {
    interfaces: checkInterfaces(interfaces),
    interval: parseTime("interval", value("interval") ?? "1s", INTERVAL),
    count: parseOptional(
      value("count"),
      (text) => parseWhole("count", text, 1, MOST_TICKS),
    ),
    duration: parseOptional(
      value("duration"),
      (text) => parseTime("duration", text, DURATION),
    ),
    top: top ?? (format === "text" ? 20 : 0),
    endTop: top ?? 0,
    sort: parseWord("sort", value("sort") ?? "packets", SORTS),
    mode: parseWord("mode", value("mode") ?? "auto", MODES, MODE_ALIASES),
    format,
    output,
    isLocal: flag("local"),
    isSynced: flag("fsync"),
    isAligned: flag("align"),
    splay: parseTime("splay", value("splay") ?? "0", PAUSE),
    wait: parseTime("wait", value("wait") ?? "0", PAUSE),
    waitsForInterface: flag("wait-interface"),
    exitOver: parseOptional(
      value("exit-over"),
      (text) => parseLimit("exit-over", text),
    ),
    maxSources: parseWhole(
      "max-sources",
      value("max-sources") ?? "65536",
      1,
      MOST_SOURCES,
    ),
    isQuiet: flag("quiet"),
    verbosity: (parsed["verbose"] as unknown[]).length,
  };
  return { name: "watch", options: options_ };
}

const INTERVAL = { least: 100, most: 3_600_000, range: "100ms to 1h" };
const DURATION = { least: 100, most: 366 * 86_400_000, range: "100ms to 366d" };
const PAUSE = { least: 0, most: 86_400_000, range: "0 to 1d" };
const MOST_TICKS = Number.MAX_SAFE_INTEGER;
const MOST_SOURCES = 1 << 21;
const MODE_ALIASES = {
  driver: "native",
  drv: "native",
  skb: "generic",
} as const;

function parseOptional<T>(
  text: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  return text === undefined ? undefined : parse(text);
}

/** The format that is asked for; undefined: none, the output decides. */
function parseFormat(
  text: string | undefined,
  json: boolean,
): FormatName | undefined {
  if (text === undefined) return json ? "jsonl" : undefined;
  const format = parseWord("format", text, FORMATS, { json: "jsonl" });
  if (json && format !== "jsonl") {
    throw badValue(
      "format",
      text,
      "--json asks for another format; give one of the two",
    );
  }
  return format;
}

function parseOutput(
  text: string | undefined,
  format: FormatName | undefined,
): FilePattern | undefined {
  if (text === undefined || text === "-") return undefined;
  try {
    return parsePattern(text, format);
  } catch (error) {
    throw error instanceof RangeError
      ? badValue("output", text, error.message)
      : error;
  }
}

function checkInterfaces(names: readonly string[]): readonly string[] {
  if (names.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot watch: no interface is named; xdptally -D lists them, xdptally -h shows the options",
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot watch "${twice}" twice: its packets would be counted twice; name it once`,
    );
  }
  return names;
}

/**
 * Brings arguments into the one form that parseArgs takes as it is meant:
 * `--name=value`, `--name`, and the rest as strings. It would mangle `-i1s`,
 * turn the interface `007` into 7 and `--top -1` into an unknown option.
 */
function plainForm(args: readonly string[]): {
  options: string[];
  positionals: string[];
} {
  const options: string[] = [];
  const positionals: string[] = [];
  const rest = [...args];

  const add = (option: Option, given: string, value: string | undefined) => {
    if (option.value === undefined) {
      if (value !== undefined) throw badOption(given, "it takes no value");
      options.push(`--${option.name}`);
      return;
    }
    const text = value ?? rest.shift();
    if (text === undefined) {
      throw badOption(
        given,
        `its value is missing; give ${option.value}: ${option.help}`,
      );
    }
    if (text === "") {
      throw badValue(option.name, "", `give ${option.value}: ${option.help}`);
    }
    options.push(`--${option.name}=${text}`);
  };

  for (let arg; (arg = rest.shift()) !== undefined;) {
    if (arg === "--") {
      positionals.push(...rest.splice(0));
    } else if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const given = equals < 0 ? arg : arg.slice(0, equals);
      const option = OPTIONS.find(({ name }) => `--${name}` === given);
      if (option === undefined) throw unknownOption(given);
      add(option, given, equals < 0 ? undefined : arg.slice(equals + 1));
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const given = `-${arg[at]}`;
        const option: Option | undefined = (OPTIONS as readonly Option[])
          .find(({ short }) => short === arg[at]);
        // `-json` is more likely a slip of `--json` than four options.
        if (option === undefined) {
          throw unknownOption(at === 1 || optionsLike(arg).best ? arg : given);
        }
        const attached = arg.slice(at + 1);
        if (option.value !== undefined) {
          add(option, given, attached === "" ? undefined : attached);
          break;
        }
        add(option, given, undefined);
      }
    } else {
      positionals.push(arg);
    }
  }
  return { options, positionals };
}

function badOption(given: string, why: string): Failure {
  return new Failure(EXIT.usage, `Cannot use ${given}: ${why}`);
}

function unknownOption(given: string): Failure {
  const { best, nearest } = optionsLike(given);
  const advice = best === undefined
    ? `the nearest are ${nearest.join(" and ")}, and xdptally -h lists all`
    : `did you mean ${best}?`;
  return badOption(`"${given}"`, `there is no such option; ${advice}`);
}

/**
 * The options that a text is nearest to, and the one that it begins or that
 * a slip or two made it of.
 */
function optionsLike(given: string): { best?: string; nearest: string[] } {
  const word = given.replace(/^-+/, "").toLowerCase().replaceAll("_", "-");
  const distance = (name: string) => levenshteinDistance(word, name);
  const nearest = OPTIONS.map(({ name }) => name as string)
    .toSorted((a, b) => distance(a) - distance(b));
  const best = word.length < 2
    ? undefined
    : nearest.find((name) =>
      name.startsWith(word) || distance(name) <= word.length / 3
    );
  const flags = nearest.slice(0, 2).map((name) => `--${name}`);
  return best === undefined
    ? { nearest: flags }
    : { best: `--${best}`, nearest: flags };
}
