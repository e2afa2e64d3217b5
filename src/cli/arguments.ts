/** Reads a command line by a table of options (pure). */
import { parseArgs } from "@std/cli/parse-args";
import { normalForm } from "./normal_form.ts";
import type { OptionTable, Values } from "./option.ts";

/** A command line, read. */
export interface Arguments<Table extends OptionTable> {
  readonly values: Values<Table>;
  /** The words that are not options: interfaces or files. */
  readonly operands: readonly string[];
}

/**
 * Reads the words that follow a command's name.
 *
 * @throws {Failure} exit code 2: an option or its value cannot be used
 * @example
 * ```ts
 * const table = { isQuiet: flag({ name: "quiet", short: "q", help: "no notices" }) };
 * parseArguments(["-q", "eth0"], table); // { values: { isQuiet: true }, operands: ["eth0"] }
 * ```
 */
export function parseArguments<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
): Arguments<Table> {
  const all = Object.values(table);
  const { options, operands } = normalForm(args, all);
  const named = (hasValue: boolean) =>
    all.filter(({ value }) => (value !== undefined) === hasValue)
      .map(({ name }) => name);
  const [strings, flags] = [named(true), named(false)];
  const parsed = parseArgs(options, {
    string: strings,
    boolean: flags,
    collect: [...strings, ...flags],
  }) as Record<string, unknown>;
  const given = (name: string): string[] =>
    (parsed[name] as unknown[]).map((value) =>
      typeof value === "string" ? value : ""
    );
  const alone = all.find(({ isAlone, name }) =>
    isAlone === true && given(name).length > 0
  );
  const counts = (name: string) => alone === undefined || alone.name === name;
  const values = Object.fromEntries(
    Object.entries(table).map(([key, option]) => [
      key,
      option.read(counts(option.name) ? given(option.name) : []),
    ]),
  ) as Values<Table>;
  return { values, operands };
}
