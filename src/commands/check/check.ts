/** The command `check`: checks whether counting works here, and attaches nothing. */
import { EXIT, type ExitCode } from "../../basics/errors.ts";
import type { Arguments } from "../../cli/arguments.ts";
import { flag } from "../../cli/option.ts";
import { allInterfaces } from "../../engine/interface_lookup.ts";
import { type Command, HELP } from "../command.ts";
import { countingOf, NARROWING } from "../counting_options.ts";
import { print } from "../print.ts";
import { checksJson, checksText } from "./check_table.ts";
import { hostChecks } from "./host_checks.ts";
import { interfaceChecks } from "./interface_checks.ts";

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
  ...HELP,
};

export const command: Command<typeof OPTIONS> = {
  name: "check",
  summary:
    "Checks whether counting works here. Attaches nothing; exits 0 if it does.",
  description:
    "Checks whether counting works on these interfaces, in which mode, and what to do if it does not. Attaches nothing. The exit code is the one that a run would end with.",
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
  { values: { isJson, ...values }, operands }: Arguments<typeof OPTIONS>,
): Promise<ExitCode> {
  const asked = [...new Set(operands)];
  const names = asked.length > 0
    ? asked
    : allInterfaces().map(({ name }) => name);
  const host = hostChecks();
  const counting = countingOf(values);
  const rows = [
    ...host.rows,
    ...names.flatMap((name) => interfaceChecks(name, counting, host)),
  ];
  await print(isJson ? checksJson(rows, Deno.hostname()) : checksText(rows));
  // Interfaces that were not named may be unsuitable: that is not a failure.
  const decisive = asked.length > 0 ? rows : host.rows;
  return decisive.find(({ state }) => state === "fail")?.exitCode ?? EXIT.done;
}
