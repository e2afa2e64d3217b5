/** What a command is. Each one is a folder or file beside this one, listed in all.ts. */
import type { ExitCode } from "../basics/errors.ts";
import type { Arguments } from "../cli/arguments.ts";
import type { CommandDocs } from "../cli/command_docs.ts";
import { flag, type OptionTable } from "../cli/option.ts";

/** A command: its documentation, its options and what it does. */
export interface Command<Table extends OptionTable = OptionTable>
  extends CommandDocs {
  readonly options: Table;
  /**
   * Runs the command.
   *
   * @returns the exit code of the process
   * @throws {Failure} with a message for the operator
   */
  run(args: Arguments<Table>, commands: CommandList): Promise<ExitCode>;
}

/** All commands. */
export interface CommandList {
  readonly names: readonly string[];
  has(word: string | undefined): word is string;
  /** @param name one of `names` */
  named(name: string): Promise<Command>;
}

/** The option that every command has; main.ts handles it. */
export const HELP = {
  isHelp: flag({
    isAlone: true,
    name: "help",
    short: "h",
    help: "show the help",
  }),
};
