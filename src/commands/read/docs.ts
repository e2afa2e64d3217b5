/** How `read` is described: its options, examples and manual. */
import { MOST_SOURCES } from "../../basics/keys.ts";
import type { CommandDocs } from "../../cli/command_docs.ts";
import { flag, time, whole } from "../../cli/option.ts";
import { oneOf } from "../../cli/values.ts";
import { FORMATS } from "../../formats/all.ts";
import { output } from "../../sinks/output.ts";
import { HELP } from "../command.ts";
import { NAMING } from "../naming.ts";
import { NARROWING, sort } from "../counting_options.ts";

const { by, filter, inner, innerPorts, prefix4, prefix6 } = NARROWING;

/** A page of metrics is of what is counted now. */
const FORMATS_OF_LINES = FORMATS.filter(({ kind }) => kind === "lines");
const NAMES = FORMATS_OF_LINES.map(({ name }) => name);

const OPTIONS = {
  by,
  filter: {
    ...filter,
    details:
      "NETS are networks or addresses of either family, separated by commas. The longest prefix that contains a source decides; ! excludes its sources. If all have a !, all other sources are kept. Excluded packets are counted as filtered.",
  },
  prefix4,
  prefix6,
  inner: { ...inner, isRare: false },
  innerPorts,
  top: whole({
    name: "top",
    value: "N",
    help: "rows, 0: all (default 20 in text, else all)",
    details: "The other sources are summed up as others.",
  }, { least: 0, most: MOST_SOURCES }),
  sort,
  interval: time(
    {
      name: "interval",
      short: "i",
      value: "TIME",
      help: "a record for each TIME of a file: 500ms, 2s, 1m",
      details:
        "From 1ms to 366d, by the packets' times. Without it text is one table of all files, and other formats have a record for each second.",
    },
    { least: 1, most: 366 * 86_400_000, range: "1ms to 366d" },
  ),
  ...output.options,
  format: {
    ...output.options.format,
    help: `${oneOf(NAMES)} (default text)`,
    details: FORMATS_OF_LINES.map(({ name, help }) => `${name}: ${help}.`)
      .join(" "),
    completes: NAMES,
  },
  maxSources: whole(
    {
      name: "max-sources",
      value: "N",
      help: "sources kept per family (default 2097152)",
      details:
        "From 1 to 2097152, in a record and in a file. Packets of other sources are counted as untracked.",
      isRare: true,
    },
    { least: 1, most: MOST_SOURCES },
    String(MOST_SOURCES),
  ),
  ...NAMING,
  isQuiet: flag({
    name: "quiet",
    short: "q",
    help: "no notices, only warnings and errors",
  }),
  ...HELP,
};

export type ReadOptions = typeof OPTIONS;

export const READ_DOCS = {
  name: "read",
  summary: "Who sent the packets in capture files? Exact counts, as live.",
  description:
    "Counts the packets of capture files, pcap or pcapng, also compressed (- for standard input), as xdptally counts those of an interface: by the same fields, in the same classes, with the same records. Needs no rights. Exit code 8: a file is damaged or cannot be read.",
  operands: "FILE...",
  completes: "files",
  options: OPTIONS,
  examples: [
    { line: "xdptally read incident.pcap", what: "who sent most" },
  ],
  note: "Needs no rights. Exit code 8: a file is damaged or cannot be read.",
  manual: async () => (await import("./manual.ts")).manual,
} as const satisfies CommandDocs;
