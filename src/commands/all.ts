/**
 * The commands, in the order of the help. A command is imported when it is
 * needed: of the 43 ms of a start, modules that were not used took 5.
 */
import type { Command } from "./command.ts";

const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> =
  {
    watch: () => import("./watch/watch.ts"),
    top: () => import("./top/top.ts"),
    check: () => import("./check/check.ts"),
    report: () => import("./report/report.ts"),
    help: () => import("./help.ts"),
    version: () => import("./version.ts"),
  };

/** What runs where the first word is no command. */
export const DEFAULT = "watch";

export const NAMES: readonly string[] = Object.keys(COMMANDS);

export function isCommand(word: string | undefined): word is string {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}

/** @param name one of `NAMES` */
export async function commandNamed(name: string): Promise<Command> {
  return (await COMMANDS[name]!()).command;
}

/** All of them, for what is generated from their documentation. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(NAMES.map(commandNamed));
}
