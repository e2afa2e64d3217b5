/** `help`: the whole help, or that of a command. */
import { EXIT, Failure } from "../basics/errors.ts";
import { helpText } from "../cli/help.ts";
import { oneOf } from "../cli/values.ts";
import { commandNamed, DEFAULT, isCommand, NAMES } from "./all.ts";
import { type Command, HELP } from "./command.ts";
import { print } from "./print.ts";

export const command: Command<typeof HELP> = {
  name: "help",
  summary: "The help of a command, or of all options without one.",
  description: "Shows the help of a command; without one, like --help.",
  operands: "[COMMAND]",
  completes: NAMES,
  options: HELP,
  examples: [{ line: "xdptally help top", what: "the options of top" }],
  async run({ operands: [name = DEFAULT] }) {
    if (!isCommand(name)) {
      throw new Failure(
        EXIT.usage,
        `Cannot show the help of "${name}": there is no such command; give ${
          oneOf(NAMES)
        }`,
      );
    }
    await print(helpText(await commandNamed(name), true, NAMES));
    return EXIT.done;
  },
};
