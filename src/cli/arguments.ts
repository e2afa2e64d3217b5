import { parseArgs } from "@std/cli/parse-args";
import type { Option } from "../commands/watch/options.ts";
import { plainForm } from "./normal_form.ts";

type NameOf<Table extends readonly Option[]> = Table[number]["name"];

/** What a command line says, by one option table. */
interface Arguments<Name extends string> {
  readonly positionals: readonly string[];
  /** Whether an option without a value is given. */
  has(name: Name): boolean;
  /** How often it is. */
  times(name: Name): number;
  /** The last value that is given. */
  value(name: Name): string | undefined;
}

/** @throws {Failure} exit code 2 */
export function parseArguments<const Table extends readonly Option[]>(
  args: readonly string[],
  table: Table,
): Arguments<NameOf<Table>> {
  const { options, positionals } = plainForm(args, table);
  const names = (hasValue: boolean) =>
    table.filter(({ value }) => (value !== undefined) === hasValue)
      .map(({ name }) => name);
  const flags = names(false);
  const parsed = parseArgs(options, {
    string: names(true),
    boolean: flags,
    collect: flags,
  }) as Record<string, unknown>;
  const times = (name: string) => (parsed[name] as unknown[]).length;
  return {
    positionals,
    has: (name) => times(name) > 0,
    times,
    value: (name) => parsed[name] as string | undefined,
  };
}
