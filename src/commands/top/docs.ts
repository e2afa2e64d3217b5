/** How `top` is described: its options, examples and manual. */
import type { CommandDocs } from "../../cli/command_docs.ts";
import { flag, word } from "../../cli/option.ts";
import { ROW_ORDERS } from "../../view/row_order.ts";
import { HELP } from "../command.ts";
import { interval, NARROWING, user } from "../counting_options.ts";
import { NAMING } from "../naming.ts";

const OPTIONS = {
  interval: {
    ...interval,
    help: "time between refreshes: 500ms, 2s (default 1s)",
  },
  sort: word(
    {
      name: "sort",
      value: "KEY",
      help: "packets, bytes, ip, first, port, … (default packets)",
      details:
        "ip sorts by address, first shows the newest sources first. source, destination and port sort by how many different ones a row has, where --by has them.",
    },
    ROW_ORDERS,
    "packets",
  ),
  ...NARROWING,
  ...NAMING,
  user,
  hasNoColour: flag({
    name: "no-color",
    help: "no colours, as with NO_COLOR (which sudo drops)",
  }),
  isHelp: { ...HELP.isHelp, help: "show the help; the key ? shows the keys" },
};

export type TopOptions = typeof OPTIONS;

export const TOP_DOCS = {
  name: "top",
  summary: "Who is sending this machine packets, live on the whole terminal.",
  description:
    "Shows the same counts live on the whole terminal, the sources that send most first. The section LIVE VIEW of the man page explains columns and keys.",
  operands: "INTERFACE...",
  completes: "interfaces",
  options: OPTIONS,
  examples: [
    { line: "sudo xdptally top eth0", what: "during an incident" },
    {
      line: "sudo xdptally top --by source,port --sort port eth0",
      what: "who scans ports",
    },
  ],
  manual: async () => (await import("./manual.ts")).manual,
} as const satisfies CommandDocs;
