/** How a command is described: help, man page, completions and docs come from this. */
import type { Completion, OptionTable } from "./option.ts";

/** A command line and what it does. */
export interface Example {
  readonly line: string;
  readonly what: string;
}

/** A part of a section of the manual: a paragraph, a heading, a list of terms, or code. */
export type ManualBlock =
  | string
  | { readonly heading: string }
  | { readonly items: readonly (readonly [term: string, text: string])[] }
  | { readonly code: string };

/** A section of the man page. */
export interface ManualSection {
  readonly title: string;
  readonly blocks: readonly ManualBlock[];
}

/** What only the man page says of a command. */
export interface Manual {
  readonly sections: readonly ManualSection[];
  /** Their lines may be several. */
  readonly examples: readonly Example[];
}

/** A command, described. */
export interface CommandDocs {
  /** Its word on the command line. */
  readonly name: string;
  /** The first line of its help. */
  readonly summary: string;
  /** What it does, for the man page. */
  readonly description: string;
  /** What follows its options, in the usage line: `INTERFACE...`. */
  readonly operands: string;
  /** What shells propose for the operands. */
  readonly completes: Completion;
  /** In the order of the help. */
  readonly options: OptionTable;
  readonly examples: readonly Example[];
  /** The last line of its help. */
  readonly note?: string;
  /** What the man page has about it besides; a run does not load it. */
  readonly manual?: () => Promise<Manual>;
}

/** How many operands a command takes at most. */
export function mostOperands({ operands }: CommandDocs): number {
  return operands.includes("...") ? Infinity : operands === "" ? 0 : 1;
}
