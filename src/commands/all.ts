/**
 * Lists the commands in the order of the help. The first one runs if none is
 * named. A command is imported when it is
 * needed, which saves 5 of the 43 ms of a start.
 */
import type { Command, CommandList } from "./command.ts";

const COMMANDS: Readonly<
  Record<string, () => Promise<{ command: Command }>>
> = {
  watch: () => import("./watch/watch.ts"),
  top: () => import("./top/top.ts"),
  check: () => import("./check/check.ts"),
  read: () => import("./read/read.ts"),
  report: () => import("./report/report.ts"),
  help: () => import("./help.ts"),
  version: () => import("./version.ts"),
};

export const commands: CommandList = {
  names: Object.keys(COMMANDS),
  has: (word): word is string =>
    word !== undefined && Object.hasOwn(COMMANDS, word),
  named: async (name) => (await COMMANDS[name]!()).command,
};

/** Imports all commands, to generate text from their documentation. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(commands.names.map(commands.named));
}
