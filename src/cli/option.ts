/** What an option of the command line is, and the kinds of options that there are. */
import {
  badValue,
  parseLimit,
  parseTime,
  parseWhole,
  parseWord,
  type TimeRange,
} from "./values.ts";
import type { Limit } from "../tally/limit.ts";

/** What a shell may propose for a value or an operand. */
export type Completion =
  | readonly string[]
  | "commands"
  | "files"
  | "interfaces"
  | "nothing";

/** How an option is described. */
export interface OptionDocs {
  /** Its long name, without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What its value is called; without it, the option takes no value. */
  readonly value?: string;
  /** One line for the help. */
  readonly help: string;
  /** More sentences for the man page and docs/options.md. */
  readonly details?: string;
  /** Only `--help` shows it, not `-h`. */
  readonly isRare?: boolean;
  readonly completes?: Completion;
}

/** An option, and how the values that were given become one. */
interface Option<Value = unknown> extends OptionDocs {
  /**
   * @param given the values in their order; "" each time where it takes none
   * @throws {Failure} exit code 2
   */
  read(given: readonly string[]): Value;
}

/** The options of a command, in the order of its help, by their property names. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What a command line says, by a table's property names. */
export type Values<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> ? Value
    : never;
};

/** Whether it is given. */
export function flag(docs: Omit<OptionDocs, "value">): Option<boolean> {
  return { ...docs, read: (given) => given.length > 0 };
}

/** How often it is given. */
export function repeated(docs: Omit<OptionDocs, "value">): Option<number> {
  return { ...docs, read: (given) => given.length };
}

type ValueDocs = Omit<OptionDocs, "value"> & { readonly value: string };

/**
 * An option with a value: the last one that is given counts.
 *
 * @param parse throws {RangeError} why the text cannot be used
 * @param fallback the text that counts where none is given
 */
export function valued<Value>(
  docs: ValueDocs,
  parse: (text: string) => Value,
  fallback: string,
): Option<Value>;
export function valued<Value>(
  docs: ValueDocs,
  parse: (text: string) => Value,
): Option<Value | undefined>;
export function valued<Value>(
  docs: ValueDocs,
  parse: (text: string) => Value,
  fallback?: string,
): Option<Value | undefined> {
  return {
    ...docs,
    read(given) {
      const text = given.at(-1) ?? fallback;
      if (text === undefined) return undefined;
      try {
        return parse(text);
      } catch (error) {
        throw error instanceof RangeError
          ? badValue(docs.name, text, error.message)
          : error;
      }
    },
  };
}

/** Any text. */
export function text(docs: ValueDocs): Option<string | undefined> {
  return valued(docs, (text) => text);
}

/** Milliseconds. */
export function time(
  docs: ValueDocs,
  range: TimeRange,
  fallback: string,
): Option<number>;
export function time(
  docs: ValueDocs,
  range: TimeRange,
): Option<number | undefined>;
export function time(
  docs: ValueDocs,
  range: TimeRange,
  fallback?: string,
): Option<number | undefined> {
  const parse = (text: string) => parseTime(text, range);
  return fallback === undefined
    ? valued(docs, parse)
    : valued(docs, parse, fallback);
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** A whole number. */
export function whole(
  docs: ValueDocs,
  bounds: Bounds,
  fallback: string,
): Option<number>;
export function whole(
  docs: ValueDocs,
  bounds: Bounds,
): Option<number | undefined>;
export function whole(
  docs: ValueDocs,
  { least, most }: Bounds,
  fallback?: string,
): Option<number | undefined> {
  const parse = (text: string) => parseWhole(text, least, most);
  return fallback === undefined
    ? valued(docs, parse)
    : valued(docs, parse, fallback);
}

/**
 * One of some words; shells complete them.
 *
 * @param aliases other texts for a word, which nothing proposes
 */
export function word<const Word extends string>(
  docs: ValueDocs,
  words: readonly Word[],
  fallback: NoInfer<Word>,
  aliases: Readonly<Record<string, NoInfer<Word>>> = {},
): Option<Word> {
  return valued(
    { ...docs, completes: words },
    (text) => parseWord(text, words, aliases),
    fallback,
  );
}

/** A rate or an amount that a source may not exceed. */
export function limit(docs: ValueDocs): Option<Limit | undefined> {
  return valued(docs, parseLimit);
}
