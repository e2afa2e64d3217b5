/** Completion scripts for shells, from the commands' documentation (pure). */
import type { CommandDocs } from "../command_docs.ts";
import { bash } from "./bash.ts";
import { fish } from "./fish.ts";
import { zsh } from "./zsh.ts";

export type Shell = "bash" | "zsh" | "fish";

/**
 * Makes the completion script of a shell.
 *
 * @example
 * COMPLETIONS.zsh(await allCommands()); // the default command comes first
 */
export const COMPLETIONS: Record<
  Shell,
  (commands: readonly CommandDocs[]) => string
> = { bash, zsh, fish };
