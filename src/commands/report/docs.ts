/** How `report` is described: its options, examples and manual. */
import type { CommandDocs } from "../../cli/command_docs.ts";
import { valued, whole, word } from "../../cli/option.ts";
import { REPORT_FORMAT_NAMES } from "../../report/formats.ts";
import { FIELD_NAMES } from "../../basics/keys.ts";
import { GROUP_BYS } from "../../report/reporter.ts";
import { parseGroupBy } from "./group_by.ts";
import { HELP } from "../command.ts";
import { NAMING } from "../naming.ts";
import { parseAskedTime } from "./asked_time.ts";

const OPTIONS = {
  top: whole(
    { name: "top", value: "N", help: "rows, 0 for all (default 20)" },
    { least: 0, most: Number.MAX_SAFE_INTEGER },
    "20",
  ),
  by: valued({
    name: "by",
    value: "KEY",
    help: "hour, host, interface, or fields: source,port",
    details:
      "What a row stands for (default: all fields that the captures count by). Hours are in UTC, in order of time. Fields are those of the captures' --by, or some of them; where a capture does not count by a field, rows show ? for it.",
    completes: [...GROUP_BYS, ...FIELD_NAMES],
  }, parseGroupBy),
  since: valued({
    name: "since",
    value: "TIME",
    help: "only ticks after TIME: 2026-03-01T12:00Z, or 24h ago",
    details:
      "TIME is a date, a date and a time, or a number with m, h, d or w for that long ago. A time without a zone is UTC. A tick belongs to the time at which it ends.",
    completes: ["1h", "24h", "7d", "30d"],
  }, parseAskedTime),
  until: valued({
    name: "until",
    value: "TIME",
    help: "only ticks up to TIME (same forms)",
    completes: ["1h", "24h", "7d", "30d"],
  }, parseAskedTime),
  format: word(
    {
      name: "format",
      value: "FORMAT",
      help: "text, csv, jsonl or html (default text)",
      details: "html is one page that loads nothing else; see CAPTURE REPORTS.",
    },
    REPORT_FORMAT_NAMES,
    "text",
  ),
  ...NAMING,
  ...HELP,
};

export type ReportOptions = typeof OPTIONS;

export const REPORT_DOCS = {
  name: "report",
  summary:
    "Who sent most, over any number of captures, and whether anything is missing.",
  description:
    "Reads captures (JSON Lines or CSV, also compressed; - for standard input) and all captures in a FOLDER, in whatever order, and says who sent most, what is missing, and what cannot be relied on. All times are UTC. Exit code 8: something is missing or cannot be relied on; 0: nothing but gaps between captures.",
  operands: "FILE|FOLDER...",
  completes: "files",
  options: OPTIONS,
  examples: [
    {
      line: "xdptally report --since 24h /var/log/xdptally/",
      what: "the last day",
    },
  ],
  note:
    "Times are UTC. Exit code 8: something is missing, or cannot be relied on.",
  manual: async () => (await import("./manual.ts")).manual,
} as const satisfies CommandDocs;
