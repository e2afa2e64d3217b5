/**
 * The commands, in the order of the help. A command is imported when it is
 * needed: of the 43 ms of a start, modules that were not used took 5.
 */
import type { Command, CommandList } from "./command.ts";

const COMMANDS: Readonly<
  Record<string, () => Promise<{ command: Command }>>
> = {
  watch: () => import("./watch/watch.ts"),
  top: () => import("./top/top.ts"),
  check: () => import("./check/check.ts"),
  report: () => import("./report/report.ts"),
  help: () => import("./help.ts"),
  version: () => import("./version.ts"),
};

/** What runs where the first word is no command. */
export const DEFAULT = "watch";

export const commands: CommandList = {
  names: Object.keys(COMMANDS),
  has: (word): word is string =>
    word !== undefined && Object.hasOwn(COMMANDS, word),
  named: async (name) => (await COMMANDS[name]!()).command,
};

/** All of them, for what is generated from their documentation. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(commands.names.map(commands.named));
}
