/** The kinds of options: flags, texts, times, numbers, words, limits (pure). */
import { EXIT, Failure } from "../basics/errors.ts";
import { visible } from "../basics/visible.ts";
import {
  parseLimit,
  parseTime,
  parseValue,
  parseWhole,
  parseWord,
  type TimeRange,
} from "./values.ts";
import type { Limit } from "../tally/limit.ts";

/** What a shell proposes for a value or an operand: words, or a kind of word. */
export type Completion =
  | readonly string[]
  | "commands"
  | "files"
  | "interfaces"
  | "nothing";

/** The documentation of an option. */
export interface OptionDocs {
  /** Its long name, without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** The value's name in the help: `TIME`; undefined: the option has no value. */
  readonly value?: string;
  /** A line of the help. */
  readonly help: string;
  /** More sentences for the man page and docs/options.md. */
  readonly details?: string;
  /** `--help` shows it, `-h` does not. */
  readonly isRare?: boolean;
  readonly completes?: Completion;
  /** If it is given, all other options count as not given: `--help`. */
  readonly isAlone?: boolean;
  /** Why it can be given only once, and what to do; otherwise its last value counts. */
  readonly once?: string;
}

/** An option: its documentation, and how its value is read. */
interface Option<Value = unknown> extends OptionDocs {
  /**
   * @param given its values as texts, in order; for a flag "" each time
   * @throws {Failure} exit code 2
   */
  read(given: readonly string[]): Value;
}

/** The options of a command in the order of the help, by the names in `Values`. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The values of a command line, by the names of its table. */
export type Values<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> ? Value
    : never;
};

/** The values of a command line without options. */
export function defaultsOf<Table extends OptionTable>(
  table: Table,
): Values<Table> {
  return Object.fromEntries(
    Object.entries(table).map(([key, option]) => [key, option.read([])]),
  ) as Values<Table>;
}

/** An option without a value; true if it is given. */
export function flag(docs: Omit<OptionDocs, "value">): Option<boolean> {
  return { ...docs, read: (given) => given.length > 0 };
}

/** An option without a value; counts how often it is given. */
export function repeated(docs: Omit<OptionDocs, "value">): Option<number> {
  return { ...docs, read: (given) => given.length };
}

type ValueDocs = Omit<OptionDocs, "value"> & { readonly value: string };

/** With a default there is always a value. */
type Given<Value, Default> = Default extends string ? Value : Value | undefined;

/**
 * An option with a value. If it is given several times, the last one counts, unless
 * its documentation says that it can be given once.
 *
 * @param parse throws {RangeError}: why the text cannot be used
 * @param fallback the text if none is given
 */
export function valued<
  Value,
  Default extends string | undefined = undefined,
>(
  docs: ValueDocs,
  parse: (text: string) => Value,
  fallback?: Default,
): Option<Given<Value, Default>> {
  return {
    ...docs,
    read(given) {
      if (given.length > 1 && docs.once !== undefined) {
        const values = given.map((value) => `"${visible(value)}"`).join(
          " and ",
        );
        throw new Failure(
          EXIT.usage,
          `Cannot use --${docs.name} with ${values}: ${docs.once}`,
        );
      }
      const text = given.at(-1) ?? fallback;
      return (text === undefined
        ? undefined
        : parseValue(docs.name, text, parse)) as Given<Value, Default>;
    },
  };
}

/** An option whose value is any text. */
export function text(docs: ValueDocs): Option<string | undefined> {
  return valued(docs, (text) => text);
}

/** An option that may be given several times; its value is all its texts. */
export function texts(docs: ValueDocs): Option<readonly string[]> {
  return { ...docs, read: (given) => given };
}

/** A time; its value is in milliseconds. */
export function time<Default extends string | undefined = undefined>(
  docs: ValueDocs,
  range: TimeRange,
  fallback?: Default,
): Option<Given<number, Default>> {
  return valued(docs, (text) => parseTime(text, range), fallback);
}

/** A whole number from `least` to `most`. */
export function whole<Default extends string | undefined = undefined>(
  docs: ValueDocs,
  { least, most }: { readonly least: number; readonly most: number },
  fallback?: Default,
): Option<Given<number, Default>> {
  return valued(docs, (text) => parseWhole(text, least, most), fallback);
}

/**
 * One of some words, which shells complete.
 *
 * @param aliases other texts for a word, which shells do not propose
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

/** A limit: the rate or the amount that a source may not exceed. */
export function limit(docs: ValueDocs): Option<Limit | undefined> {
  return valued(docs, parseLimit);
}
