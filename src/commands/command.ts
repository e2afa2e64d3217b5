/** What a command is. Each is a folder or a file beside this one, listed in all.ts. */
import type { ExitCode } from "../basics/errors.ts";
import type { Arguments } from "../cli/arguments.ts";
import type { CommandDocs } from "../cli/command_docs.ts";
import { flag, type OptionTable } from "../cli/option.ts";

export interface Command<Table extends OptionTable = OptionTable>
  extends CommandDocs {
  readonly options: Table;
  /**
   * Does what the command line asks for.
   *
   * @throws {Failure} what the operator is to be told
   */
  run(args: Arguments<Table>, commands: CommandList): Promise<ExitCode>;
}

/** The commands that there are. */
export interface CommandList {
  readonly names: readonly string[];
  has(word: string | undefined): word is string;
  /** @param name one of `names` */
  named(name: string): Promise<Command>;
}

/** The option that every command has, and that main.ts answers. */
export const HELP = {
  isHelp: flag({ name: "help", short: "h", help: "show the help" }),
};
