/** What the scripts of all shells read from the documentation (pure). */
import type { CommandDocs } from "../command_docs.ts";
import type { Completion, OptionDocs } from "../option.ts";

/** Prints the interfaces, a line each, with the name in the second column. */
export const LIST_INTERFACES =
  "command xdptally --list-interfaces 2>/dev/null </dev/null";

/** How an option is given: `--mode`, and `-m` if it has a short name. */
export function flagsOf({ name, short }: OptionDocs): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

export function optionsOf({ options }: CommandDocs): OptionDocs[] {
  return Object.values(options);
}

/** The words that a shell proposes; undefined: it finds them out itself. */
export function wordsOf(
  completes: Completion,
  commands: readonly CommandDocs[],
): readonly string[] | undefined {
  if (completes === "commands") return commands.map(({ name }) => name);
  return typeof completes === "string" ? undefined : completes;
}

/** A text in single quotes, for sh and zsh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
