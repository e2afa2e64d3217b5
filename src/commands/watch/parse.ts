import { BYS, MOST_SOURCES } from "../../basics/keys.ts";
import {
  type FilePattern,
  type FormatName,
  parsePattern,
} from "../../formats/capture_name.ts";
import type { Limit } from "../../tally/limit.ts";
import { parseArguments } from "../../cli/arguments.ts";
import {
  type CheckCommand,
  parseCheck,
  parseMaxSources,
} from "../check/options.ts";
import {
  checkInterfaces,
  type Mode,
  MODES,
  parseInterval,
  parseMode,
} from "../../cli/common.ts";
import { type Listen, parseListen } from "./listen.ts";
import { DIRECTIONS, HOOKS, type Narrowing, parseNarrowing } from "./narrow.ts";
import { OPTIONS } from "./options.ts";
import { parseReport, type ReportCommand } from "../report/options.ts";
import { parseTop, type TopCommand } from "../top/options.ts";
import {
  badValue,
  parseLimit,
  parseTime,
  parseWhole,
  parseWord,
} from "../../cli/values.ts";

const FORMATS = [
  "text",
  "jsonl",
  "csv",
  "prom",
] as const satisfies FormatName[];
const SORTS = ["packets", "bytes", "ip"] as const;

/** The words that some options take. */
export const CHOICES = {
  sort: SORTS,
  mode: MODES,
  format: FORMATS,
  by: BYS,
  direction: DIRECTIONS,
  hook: HOOKS,
} as const;

/** What `watch` is to do. Times are milliseconds. */
export interface WatchOptions extends Narrowing {
  readonly interfaces: readonly string[];
  readonly interval: number;
  readonly count: number | undefined;
  readonly duration: number | undefined;
  /** Rows a tick, 0 for all. */
  readonly top: number;
  /** Rows of the end record, 0 for all. */
  readonly endTop: number;
  /** Sources with a series of their own; undefined: no metrics. */
  readonly labels: number | undefined;
  /** Where metrics are served; undefined: nowhere. */
  readonly listen: Listen | undefined;
  readonly sort: typeof SORTS[number];
  readonly mode: Mode;
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
  /** Who to be once attached, where this is root. */
  readonly user: string;
  readonly maxSources: number;
  readonly isQuiet: boolean;
  /** 0, 1: libbpf's text with errors, 2: all that libbpf says. */
  readonly verbosity: number;
}

export type Command =
  | { readonly name: "version" | "list" }
  | { readonly name: "help"; readonly isFull: boolean }
  | CheckCommand
  | ReportCommand
  | TopCommand
  | { readonly name: "watch"; readonly options: WatchOptions };

/**
 * What the command line asks for.
 *
 * @throws {Failure} exit code 2, with the one line to print
 */
export function parseCommandLine(args: readonly string[]): Command {
  if (args[0] === "report") return parseReport(args.slice(1));
  if (args[0] === "check") return parseCheck(args.slice(1));
  if (args[0] === "top") return parseTop(args.slice(1));
  const { has, value, times, positionals } = parseArguments(args, OPTIONS);
  if (has("help")) return { name: "help", isFull: args.includes("--help") };
  if (has("version")) return { name: "version" };
  if (has("list-interfaces")) return { name: "list" };

  const [first, ...others] = positionals;
  const interfaces = first === "watch" ? others : positionals;
  const asked = parseFormat(value("format"), has("json"));
  const output = parseOutput(value("output"), asked);
  const format = asked ?? output?.format ?? "text";
  if (format === "prom" && output === undefined) {
    throw badValue(
      "format",
      format,
      "it is a file that is replaced at each tick; name one with -o FILE.prom",
    );
  }
  const top = parseOptional(
    value("top"),
    (text) => parseWhole("top", text, 0, MOST_SOURCES),
  );
  const listen = parseListen(value);
  const options: WatchOptions = {
    interfaces: checkInterfaces(interfaces),
    interval: parseInterval(value("interval")),
    count: parseOptional(
      value("count"),
      (text) => parseWhole("count", text, 1, MOST_TICKS),
    ),
    duration: parseOptional(
      value("duration"),
      (text) => parseTime("duration", text, DURATION),
    ),
    top: top ?? (format === "jsonl" || format === "csv" ? 0 : 20),
    endTop: top ?? 0,
    labels: format === "prom" || listen !== undefined
      ? parseWhole("labels", value("labels") ?? "20", 0, MOST_LABELS)
      : undefined,
    listen,
    sort: parseWord("sort", value("sort") ?? "packets", SORTS),
    ...parseNarrowing(value),
    mode: parseMode(value("mode")),
    format,
    output,
    isLocal: has("local"),
    isSynced: has("fsync"),
    isAligned: has("align"),
    splay: parseTime("splay", value("splay") ?? "0", PAUSE),
    wait: parseTime("wait", value("wait") ?? "0", PAUSE),
    waitsForInterface: has("wait-interface"),
    exitOver: parseOptional(
      value("exit-over"),
      (text) => parseLimit("exit-over", text),
    ),
    user: value("user") ?? "nobody",
    maxSources: parseMaxSources(value("max-sources")),
    isQuiet: has("quiet"),
    verbosity: times("verbose"),
  };
  return { name: "watch", options };
}

const DURATION = { least: 100, most: 366 * 86_400_000, range: "100ms to 366d" };
const PAUSE = { least: 0, most: 86_400_000, range: "0 to 1d" };
const MOST_LABELS = 10_000;
const MOST_TICKS = Number.MAX_SAFE_INTEGER;

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
