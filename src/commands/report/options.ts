import { EXIT, Failure } from "../../basics/errors.ts";
import {
  GROUP_BYS,
  type GroupBy,
  REPORT_FORMAT_NAMES,
  type ReportFormatName,
} from "../../report/choices.ts";
import { parseArguments } from "../../cli/arguments.ts";
import type { Option } from "../watch/options.ts";
import { badValue, parseWhole, parseWord } from "../../cli/values.ts";

/** The options of `report`, in the order of its help. */
export const REPORT_OPTIONS = [
  { name: "top", value: "N", help: "rows, 0 for all (default 20)" },
  {
    name: "by",
    value: "KEY",
    help: "source, hour, host or interface (default source)",
  },
  {
    name: "since",
    value: "TIME",
    help: "from then on: 2026-03-01, 2026-03-01T12:00Z or 24h (ago)",
  },
  { name: "until", value: "TIME", help: "up to then" },
  {
    name: "format",
    value: "FORMAT",
    help: "text, csv, jsonl or html (default text)",
  },
  { name: "help", short: "h", help: "show this" },
] as const satisfies readonly Option[];

export interface ReportCommandOptions {
  readonly files: readonly string[];
  readonly top: number;
  readonly by: GroupBy;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  readonly format: ReportFormatName;
}

export type ReportCommand =
  | { readonly name: "report"; readonly options: ReportCommandOptions }
  | { readonly name: "report-help" };

/**
 * The command line behind `report`.
 *
 * @throws {Failure} exit code 2
 */
export function parseReport(args: readonly string[]): ReportCommand {
  const { has, value, positionals } = parseArguments(args, REPORT_OPTIONS);
  if (has("help")) return { name: "report-help" };
  if (positionals.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot report: no capture is named; give .jsonl or .jsonl.gz files, or - for stdin",
    );
  }
  return {
    name: "report",
    options: {
      files: positionals,
      top: parseWhole("top", value("top") ?? "20", 0, Number.MAX_SAFE_INTEGER),
      by: parseWord("by", value("by") ?? "source", GROUP_BYS),
      since: parseMoment("since", value("since"), -Infinity),
      until: parseMoment("until", value("until"), Infinity),
      format: parseWord(
        "format",
        value("format") ?? "text",
        REPORT_FORMAT_NAMES,
      ),
    },
  };
}

const UNITS: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A date with or without a time (UTC unless it says otherwise), or `24h` ago. */
function parseMoment(
  name: string,
  text: string | undefined,
  absent: number,
): number {
  if (text === undefined) return absent;
  const ago = /^(\d+)([mhd])$/.exec(text);
  if (ago !== null) return Date.now() - Number(ago[1]) * UNITS[ago[2]!]!;
  const date =
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(
      text,
    );
  const hasZone = date?.[1] === undefined || date[4] !== undefined;
  const time = date === null ? NaN : Date.parse(hasZone ? text : `${text}Z`);
  if (Number.isNaN(time)) {
    throw badValue(
      name,
      text,
      "give a date like 2026-03-01, a time like 2026-03-01T12:00Z, or 24h for a day ago",
    );
  }
  return time;
}
