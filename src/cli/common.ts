import { EXIT, Failure } from "../basics/errors.ts";
import { parseTime, parseWord } from "./values.ts";

/** What the commands that attach take alike. */

export const MODES = ["auto", "native", "generic"] as const;
export type Mode = typeof MODES[number];

const MODE_ALIASES = {
  driver: "native",
  drv: "native",
  skb: "generic",
} as const;

export function parseMode(text = "auto"): Mode {
  return parseWord("mode", text, MODES, MODE_ALIASES);
}

const INTERVAL = { least: 100, most: 3_600_000, range: "100ms to 1h" };

/** Milliseconds. */
export function parseInterval(text = "1s"): number {
  return parseTime("interval", text, INTERVAL);
}

/** @throws {Failure} there is none, or one is named twice */
export function checkInterfaces(names: readonly string[]): readonly string[] {
  if (names.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot watch: no interface is named; xdptally -D lists them, xdptally -h shows the options",
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot watch "${twice}" twice: its packets would be counted twice; name it once`,
    );
  }
  return names;
}
