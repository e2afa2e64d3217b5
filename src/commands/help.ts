/** The command `help`: prints the help of a command, or the full help. */
import { EXIT, Failure } from "../basics/errors.ts";
import { helpText } from "../cli/help_text.ts";
import { oneOf } from "../cli/values.ts";
import { type Command, HELP } from "./command.ts";
import { print } from "./print.ts";

export const command: Command<typeof HELP> = {
  name: "help",
  summary: "The help of a command, or of all options without one.",
  description: "Shows the help of a command; without one, like --help.",
  operands: "[COMMAND]",
  completes: "commands",
  options: HELP,
  examples: [{ line: "xdptally help top", what: "the options of top" }],
  async run({ operands: [name] }, { names, has, named }) {
    const asked = name ?? names[0];
    if (!has(asked)) {
      throw new Failure(
        EXIT.usage,
        `Cannot show the help of "${name}": there is no such command; give ${
          oneOf(names)
        }`,
      );
    }
    await print(helpText(await named(asked), true, names));
    return EXIT.done;
  },
};
