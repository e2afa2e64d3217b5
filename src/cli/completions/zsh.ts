/** The completion script of zsh (pure). */
import { type CommandDocs, mostOperands } from "../command_docs.ts";
import type { Completion, OptionDocs } from "../option.ts";
import { flagsOf, LIST_INTERFACES, optionsOf, quote, wordsOf } from "./docs.ts";

/** @param commands the default one first */
export function zsh(commands: readonly CommandDocs[]): string {
  const names = commands.map(({ name }) => name);
  const described = commands.map(({ name, summary }) =>
    quote(`${name}:${summary}`)
  );
  return `#compdef xdptally
# zsh completion for xdptally; made by toolchain/generate.ts

_xdptally_commands() {
	local -a commands=(
		${described.join("\n\t\t")}
	)
	_describe -t commands command commands
}

# Proposes the interfaces that are not on the line yet.
_xdptally_interfaces() {
	local row
	local -a names named=($words[2,CURRENT-1] $words[CURRENT+1,-1])
	for row in \${(f)"$(${LIST_INTERFACES})"}; do
		names+=($row[(w)2])
	done
	names=(\${names:|named})
	compadd "$@" -a names
}

_xdptally() {
	local command=${names[0]}
	if (( CURRENT > 2 )) && [[ $words[2] == (${names.join("|")}) ]]; then
		command=$words[2]
		shift words
		(( CURRENT-- ))
	elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
		_alternative commands:command:_xdptally_commands interfaces:interface:_xdptally_interfaces
		return
	fi
	case $command in
${commands.map((docs) => specs(docs, commands)).join("\n")}
	esac
}

_xdptally "$@"
`;
}

/** Keeps _arguments from proposing options where no operand may stand. */
const NOTHING = "*: :()";

/** The call of _arguments for the line of a command. */
function specs(docs: CommandDocs, commands: readonly CommandDocs[]): string {
  const what = docs.operands.replace(/\W/g, "").toLowerCase();
  const operand = `${what}:${action(docs.completes, commands)}`;
  const operands = docs.completes === "nothing"
    ? [NOTHING]
    : mostOperands(docs) > 1
    ? [`*:${operand}`]
    : [`1:${operand}`, NOTHING];
  const all = [
    ...optionsOf(docs).map((option) => spec(option, commands)),
    ...operands.map(quote),
  ];
  return `\t(${docs.name})
		_arguments -s -S : \\
			${all.join(" \\\n\t\t\t")}
		;;`;
}

/** An option that may be repeated: '*'{--mode=,-m+}'[help]:MODE:(auto native)'. */
function spec(
  option: OptionDocs,
  commands: readonly CommandDocs[],
): string {
  const { value, help, completes = "nothing" } = option;
  const forms = flagsOf(option).map((flag) =>
    value === undefined ? flag : `${flag}${flag.startsWith("--") ? "=" : "+"}`
  );
  const text = help.replace(/[\][:\\]/g, "\\$&");
  const argument = value === undefined
    ? ""
    : `:${value}:${action(completes, commands)}`;
  const names = forms.length === 1 ? forms[0] : `{${forms.join()}}`;
  return `'*'${names}${quote(`[${text}]${argument}`)}`;
}

/** The action of _arguments; a space is none. */
function action(
  completes: Completion,
  commands: readonly CommandDocs[],
): string {
  if (completes === "files") return "_files";
  if (completes === "interfaces" || completes === "commands") {
    return `_xdptally_${completes}`;
  }
  const words = wordsOf(completes, commands);
  return words === undefined ? " " : `(${words.join(" ")})`;
}
