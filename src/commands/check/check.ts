/** The command `check`: checks whether counting works here, and attaches nothing. */
import { EXIT, type ExitCode } from "../../basics/errors.ts";
import type { Arguments } from "../../cli/arguments.ts";
import { flag, type Values } from "../../cli/option.ts";
import {
  allInterfaces,
  requireInterfaces,
} from "../../engine/interface_lookup.ts";
import { requireOpenFiles } from "../../engine/open_files.ts";
import { type Command, HELP } from "../command.ts";
import {
  countingOf,
  NARROWING,
  requireNames,
  user,
} from "../counting_options.ts";
import { print } from "../print.ts";
import { planSinks, SINK_OPTIONS } from "../../sinks/all.ts";
import type { NamedPlan } from "../../sinks/sink.ts";
import {
  type CheckRow,
  checksJson,
  checksText,
  findingOf,
  ok,
} from "./check_table.ts";
import { hostChecks } from "./host_checks.ts";
import { interfaceChecks } from "./interface_checks.ts";
import { runChecks } from "./run_checks.ts";

/** The options of outputs; `-j` is about the table here. */
const { isJson: _, ...OUTPUT } = SINK_OPTIONS;

const OPTIONS = {
  isJson: flag({
    name: "json",
    short: "j",
    help: "one JSON object instead of the table",
  }),
  hook: { ...NARROWING.hook, isRare: false },
  direction: { ...NARROWING.direction, isRare: false },
  mode: NARROWING.mode,
  maxSources: { ...NARROWING.maxSources, isRare: false },
  user,
  ...OUTPUT,
  ...HELP,
};

export const command: Command<typeof OPTIONS> = {
  name: "check",
  summary:
    "Checks whether a run with these options would work. Attaches, writes nothing.",
  description:
    "Checks whether counting works on these interfaces, in which mode, and what to do if it does not; with -o, --listen and --user, whether those work too. Attaches nothing, and leaves nothing behind. The exit code is the one that a run would end with.",
  operands: "[INTERFACE...]",
  completes: "interfaces",
  options: OPTIONS,
  examples: [{
    line: "sudo xdptally check eth0",
    what: "before the first run",
  }],
  manual: async () => (await import("./manual.ts")).manual,
  run,
};

async function run(
  { values, operands }: Arguments<typeof OPTIONS>,
): Promise<ExitCode> {
  const { isJson } = values;
  const plans = planSinks({ ...values, isJson: false });
  const asked = operands.length > 0 ? requireNames(operands) : [];
  const rows = checks(values, plans, asked);
  await print(isJson ? checksJson(rows, Deno.hostname()) : checksText(rows));
  // Interfaces that were not named may be unsuitable: that is not a failure.
  const decisive = asked.length > 0
    ? rows
    : rows.filter(({ on }) => on === "host");
  const failed = decisive.filter(({ state }) => state === "fail");
  return failed.toSorted((a, b) => rank(a) - rank(b))[0]?.exitCode ?? EXIT.done;
}

function checks(
  values: Values<typeof OPTIONS>,
  plans: readonly NamedPlan[],
  asked: readonly string[],
): CheckRow[] {
  const counting = countingOf(values);
  const openFiles = findingOf(() => {
    const { directions } = counting;
    requireOpenFiles(Math.max(1, asked.length) * directions.length);
    return ok("enough");
  });
  const first = { on: "host", name: "open files", ...openFiles };
  if (first.state === "fail") return [first]; // nothing else could be asked
  const names = asked.length > 0
    ? asked
    : allInterfaces().map(({ name }) => name);
  const host = hostChecks();
  const found = names.flatMap((name) => interfaceChecks(name, counting, host));
  // Two names of one interface are refused, as a run does.
  if (!found.some(({ name }) => name === "interface")) requireInterfaces(asked);
  const { user, maxSources } = values;
  const { keying } = counting;
  return [
    ...host.rows,
    first,
    ...runChecks({ user, plans, interfaces: names, maxSources, keying }),
    ...found,
  ];
}

/** Checks in the order in which a run meets them; the others come later. */
const ORDER = [
  "interface",
  "user",
  "libbpf",
  "rights",
  "program",
  "memory",
  "output",
  "listen",
];

/** The place of a check in `ORDER`: the first failure ends a run. */
function rank({ name }: CheckRow): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}
