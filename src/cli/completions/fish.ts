/** The completion script of fish (pure). */
import { type CommandDocs, mostOperands } from "../command_docs.ts";
import type { Completion, OptionDocs } from "../option.ts";
import { LIST_INTERFACES, optionsOf, wordsOf } from "./docs.ts";

/** @param commands the default one first */
export function fish(commands: readonly CommandDocs[]): string {
  const names = commands.map(({ name }) => name);
  return `# fish completion for xdptally; made by toolchain/generate.ts

# The command of the line, then its other words before the cursor.
function __xdptally_line
	set -l line (commandline -opc)[2..]
	contains -- "$line[1]" ${names.join(" ")}; or set -p line ${names[0]}
	printf '%s\\n' $line
end

function __xdptally_is
	test (__xdptally_line)[1] = $argv[1]
end

function __xdptally_has_no_operand
	not string match -qv -- '-*' (__xdptally_line)[2..]
end

function __xdptally_is_first_word
	test (count (commandline -opc)) = 1
end

# Prints the interfaces that are not on the line yet.
function __xdptally_interfaces
	command -q xdptally; or return
	set -l named (__xdptally_line)[2..]
	for row in (${LIST_INTERFACES})
		set -l name (string split -n ' ' -- $row)[2]
		contains -- $name $named; or printf '%s\\n' $name
	end
end

complete -c xdptally -f
${
    commands.map(({ name, summary }) =>
      `complete -c xdptally -n __xdptally_is_first_word -a ${name} -d ${
        quote(summary)
      }`
    ).join("\n")
  }
${commands.flatMap((docs) => commandLines(docs, commands)).join("\n")}
`;
}

function commandLines(
  docs: CommandDocs,
  commands: readonly CommandDocs[],
): string[] {
  const { name, completes } = docs;
  const isHere = `__xdptally_is ${name}`;
  const isNext = mostOperands(docs) > 1
    ? isHere
    : `${isHere}; and __xdptally_has_no_operand`;
  const line = (condition: string, ...words: readonly string[]) =>
    ["complete -c xdptally -n", quote(condition), ...words].join(" ");
  return [
    ...(completes === "nothing"
      ? []
      : [line(isNext, ...proposals(completes, commands))]),
    ...optionsOf(docs).map((option) =>
      line(isHere, ...optionWords(option, commands))
    ),
  ];
}

function optionWords(
  { name, short, value, help, completes = "nothing" }: OptionDocs,
  commands: readonly CommandDocs[],
): string[] {
  return [
    `-l ${name}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : ["-r", ...proposals(completes, commands)]),
    `-d ${quote(help)}`,
  ];
}

/** File names, or words and no file names. */
function proposals(
  completes: Completion,
  commands: readonly CommandDocs[],
): string[] {
  if (completes === "files") return ["-F"];
  if (completes === "interfaces") return ["-f", "-a '(__xdptally_interfaces)'"];
  const words = wordsOf(completes, commands) ?? [];
  // The tab sets an empty description; otherwise each word has the option's.
  const described = words.map((word) => `${word}\\t`);
  return ["-f", ...(words.length === 0 ? [] : [`-a '${described.join(" ")}'`])];
}

/** A text in single quotes, for fish. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
