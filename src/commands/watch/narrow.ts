import { type Filter, parseFilter } from "../../basics/network_filter.ts";
import { BYS, type Direction, type Keying } from "../../basics/keys.ts";
import { badValue, parseWhole, parseWord } from "../../cli/values.ts";

export const DIRECTIONS = ["in", "out", "both"] as const;
export const HOOKS = ["xdp", "tc"] as const;

/** Which frames are counted, where, and by what. */
export interface Narrowing {
  readonly keying: Keying;
  /** Undefined: every source is kept. */
  readonly filter: Filter | undefined;
  /** The same as it was given. */
  readonly filterText: string | undefined;
  readonly directions: readonly Direction[];
  /** Of frames that come in; those that go out take tc. */
  readonly hook: typeof HOOKS[number];
}

type Name = "filter" | "prefix4" | "prefix6" | "by" | "direction" | "hook";

/** @throws {Failure} exit code 2 */
export function parseNarrowing(
  value: (name: Name) => string | undefined,
): Narrowing {
  const bits = (name: "prefix4" | "prefix6", most: number) =>
    parseWhole(name, value(name) ?? String(most), 0, most);
  const direction = parseWord(
    "direction",
    value("direction") ?? "in",
    DIRECTIONS,
  );
  const filterText = value("filter");
  return {
    keying: {
      by: parseWord("by", value("by") ?? "source", BYS),
      prefix: { ipv4: bits("prefix4", 32), ipv6: bits("prefix6", 128) },
    },
    filter: filterText === undefined ? undefined : readFilter(filterText),
    filterText,
    directions: direction === "both" ? ["in", "out"] : [direction],
    hook: parseWord("hook", value("hook") ?? "xdp", HOOKS),
  };
}

function readFilter(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (error) {
    throw error instanceof RangeError
      ? badValue("filter", text, error.message)
      : error;
  }
}
