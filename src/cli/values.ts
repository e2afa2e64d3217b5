/** Reads the values of options: times, numbers, words, limits (pure). */
import { EXIT, Failure } from "../basics/errors.ts";
import type { Limit } from "../tally/limit.ts";

/** The failure `Cannot use --NAME "TEXT": WHY`, exit code 2. */
export function badValue(name: string, text: string, why: string): Failure {
  return new Failure(EXIT.usage, `Cannot use --${name} "${text}": ${why}`);
}

/**
 * What `parse` makes of the value of option `--NAME`.
 *
 * @throws {Failure} exit code 2, with the message of the RangeError from `parse`
 */
export function parseValue<Value>(
  name: string,
  text: string,
  parse: (text: string) => Value,
): Value {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw badValue(name, text, error.message);
    throw error;
  }
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bounds of a time in milliseconds, and in words for messages. */
export interface TimeRange {
  readonly least: number;
  readonly most: number;
  readonly range: string;
}

/**
 * Reads a time: a number of seconds, or a number with ms, s, m, h or d.
 *
 * @returns milliseconds
 * @throws {RangeError} why it cannot be used
 */
export function parseTime(
  text: string,
  { least, most, range }: TimeRange,
): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (match === null) {
    throw new RangeError(
      `not a time; give seconds, or 500ms, 2s, 1m (${range})`,
    );
  }
  const time = Math.round(Number(match[1]) * UNITS[match[2] ?? "s"]!);
  if (time < least || time > most) {
    throw new RangeError(`out of range; give ${range}`);
  }
  return time;
}

/**
 * Reads a whole number.
 *
 * @throws {RangeError} it is not a number from `least` to `most`
 */
export function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new RangeError(`give a whole number from ${least} to ${most}`);
  }
  return value;
}

/**
 * Reads one of `words`, or an alias of one.
 *
 * @throws {RangeError} it is neither
 */
export function parseWord<Word extends string>(
  text: string,
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>> = {},
): Word {
  const word = words.find((word) => word === text) ??
    (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
  if (word === undefined) throw new RangeError(`give ${oneOf(words)}`);
  return word;
}

/** `a, b or c` */
export function oneOf(words: readonly string[]): string {
  return words.length < 2
    ? words.join()
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

const PREFIXES: Record<string, number> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/**
 * Reads a limit: packets a second or bytes. k, M, G and T are powers of 1000.
 *
 * @throws {RangeError} it is neither
 * @example
 * ```ts
 * parseLimit("10kpps"); // { text: "10kpps", unit: "pps", most: 10_000 }
 * ```
 */
export function parseLimit(text: string): Limit {
  const match = /^(\d+(?:\.\d+)?)([kMGT]?)(pps|B)$/.exec(text);
  if (match === null) {
    throw new RangeError(
      "give packets a second like 10000pps, or bytes like 1GB",
    );
  }
  const most = Number(match[1]) * PREFIXES[match[2]!]!;
  return { text, unit: match[3] === "pps" ? "pps" : "bytes", most };
}
