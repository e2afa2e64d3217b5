import { MOST_SOURCES } from "../../basics/keys.ts";
import { parseArguments } from "../../cli/arguments.ts";
import type { Option } from "../watch/options.ts";
import { parseWhole } from "../../cli/values.ts";

/** The options of `check`, in the order of its help. */
export const CHECK_OPTIONS = [
  { name: "json", short: "j", help: "one JSON object instead of the table" },
  {
    name: "max-sources",
    value: "N",
    help: "sources kept per family and interface (default 65536)",
  },
  { name: "help", short: "h", help: "show this" },
] as const satisfies readonly Option[];

export interface CheckOptions {
  /** None: all that there are. */
  readonly interfaces: readonly string[];
  readonly isJson: boolean;
  readonly maxSources: number;
}

export type CheckCommand =
  | { readonly name: "check"; readonly options: CheckOptions }
  | { readonly name: "check-help" };

/**
 * The command line behind `check`.
 *
 * @throws {Failure} exit code 2
 */
export function parseCheck(args: readonly string[]): CheckCommand {
  const { has, value, positionals } = parseArguments(args, CHECK_OPTIONS);
  if (has("help")) return { name: "check-help" };
  return {
    name: "check",
    options: {
      interfaces: [...new Set(positionals)],
      isJson: has("json"),
      maxSources: parseMaxSources(value("max-sources")),
    },
  };
}

export function parseMaxSources(text = "65536"): number {
  return parseWhole("max-sources", text, 1, MOST_SOURCES);
}
