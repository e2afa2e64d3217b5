import { ROW_ORDERS, type RowOrder } from "../../view/row_order.ts";
import { parseArguments } from "../../cli/arguments.ts";
import { parseMaxSources } from "../check/options.ts";
import {
  checkInterfaces,
  type Mode,
  parseInterval,
  parseMode,
} from "../../cli/common.ts";
import type { Option } from "../watch/options.ts";
import { parseWord } from "../../cli/values.ts";

/** The options of `top`, in the order of its help. */
export const TOP_OPTIONS = [
  {
    name: "interval",
    short: "i",
    value: "TIME",
    help: "time between refreshes: 500ms, 2s (default 1s)",
  },
  {
    name: "sort",
    value: "KEY",
    help: "packets, bytes, ip or first (default packets)",
  },
  {
    name: "mode",
    short: "m",
    value: "MODE",
    help: "auto, native (driver, drv) or generic (skb)",
  },
  {
    name: "max-sources",
    value: "N",
    help: "sources kept per family and interface (default 65536)",
  },
  {
    name: "user",
    value: "NAME",
    help: "become this user once attached (default nobody)",
  },
  {
    name: "no-color",
    help: "no colours, as with NO_COLOR (which sudo drops)",
  },
  { name: "help", short: "h", help: "show this; ? shows the keys" },
] as const satisfies readonly Option[];

export interface TopOptions {
  readonly interfaces: readonly string[];
  /** Milliseconds. */
  readonly interval: number;
  readonly sort: RowOrder;
  readonly mode: Mode;
  readonly maxSources: number;
  /** Who to be once attached, where this is root. */
  readonly user: string;
  readonly hasColour: boolean;
}

export type TopCommand =
  | { readonly name: "top"; readonly options: TopOptions }
  | { readonly name: "top-help" };

/**
 * The command line behind `top`.
 *
 * @throws {Failure} exit code 2
 */
export function parseTop(args: readonly string[]): TopCommand {
  const { has, value, positionals } = parseArguments(args, TOP_OPTIONS);
  if (has("help")) return { name: "top-help" };
  return {
    name: "top",
    options: {
      interfaces: checkInterfaces(positionals),
      interval: parseInterval(value("interval")),
      sort: parseWord("sort", value("sort") ?? "packets", ROW_ORDERS),
      mode: parseMode(value("mode")),
      maxSources: parseMaxSources(value("max-sources")),
      user: value("user") ?? "nobody",
      hasColour: !has("no-color"),
    },
  };
}
