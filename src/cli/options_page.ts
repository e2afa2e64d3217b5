/** docs/options.md, from the commands' documentation (pure). */
import { EXIT_MEANINGS } from "../basics/errors.ts";
import type { CommandDocs } from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

/** @param commands the default one first */
export function optionsPage(commands: readonly CommandDocs[]): string {
  return [
    "# Options and exit codes",
    "",
    "Made by `make docs` from the tables in `src/commands/`; `-h` and the man page say the same.",
    "",
    ...commands.flatMap(commandPart),
    "## Exit codes",
    "",
    ...table(["code", "meaning"], Object.entries(EXIT_MEANINGS)),
    "",
  ].join("\n");
}

function commandPart(docs: CommandDocs, at: number): string[] {
  const { name, operands, description, options, examples } = docs;
  const command = at === 0 ? `[${name}]` : name;
  return [
    `## ${name}`,
    "",
    `\`${`xdptally ${command} [options] ${operands}`.trimEnd()}\``,
    "",
    description,
    "",
    ...table(
      ["option", "meaning"],
      Object.values(options).map((option) => [flags(option), meaning(option)]),
    ),
    "",
    ...examples.flatMap((
      { line, what },
    ) => ["```sh", `${line}  # ${what}`, "```", ""]),
  ];
}

function flags({ name, short, value }: OptionDocs): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `\`${long}\`` : `\`-${short}\`, \`${long}\``;
}

function meaning({ help, details }: OptionDocs): string {
  return details === undefined ? help : `${help}. ${details}`;
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
