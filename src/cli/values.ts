import { EXIT, Failure } from "../basics/errors.ts";
import type { Limit } from "../tally/limit.ts";

/** A value that cannot be used: which, why, and what would be. */
export function badValue(name: string, text: string, why: string): Failure {
  return new Failure(EXIT.usage, `Cannot use --${name} "${text}": ${why}`);
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A time: a number of seconds, or one with ms, s, m, h or d behind it.
 *
 * @param least and
 * @param most are milliseconds, and `range` says the same in words
 * @returns milliseconds
 */
export function parseTime(
  name: string,
  text: string,
  { least, most, range }: { least: number; most: number; range: string },
): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (match === null) {
    throw badValue(
      name,
      text,
      `not a time; give seconds, or 500ms, 2s, 1m (${range})`,
    );
  }
  const time = Math.round(Number(match[1]) * UNITS[match[2] ?? "s"]!);
  if (time < least || time > most) {
    throw badValue(name, text, `out of range; give ${range}`);
  }
  return time;
}

/** A whole number between `least` and `most`. */
export function parseWhole(
  name: string,
  text: string,
  least: number,
  most: number,
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw badValue(name, text, `give a whole number from ${least} to ${most}`);
  }
  return value;
}

/** One of `words`, or an alias of one. */
export function parseWord<Word extends string>(
  name: string,
  text: string,
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>> = {},
): Word {
  const word = words.find((word) => word === text) ??
    (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
  if (word === undefined) {
    const last = words.at(-1);
    throw badValue(
      name,
      text,
      `give ${words.slice(0, -1).join(", ")} or ${last}`,
    );
  }
  return word;
}

const PREFIXES: Record<string, number> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** `10000pps`, `10kpps`: a rate; `1GB`: bytes, by powers of 1000. */
export function parseLimit(name: string, text: string): Limit {
  const match = /^(\d+(?:\.\d+)?)([kMGT]?)(pps|B)$/.exec(text);
  if (match === null) {
    throw badValue(
      name,
      text,
      "give packets a second like 10000pps, or bytes like 1GB",
    );
  }
  const most = Number(match[1]) * PREFIXES[match[2]!]!;
  return { text, unit: match[3] === "pps" ? "pps" : "bytes", most };
}
