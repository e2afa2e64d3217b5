/** Completion scripts for shells, from the commands' documentation (pure). */
import type { CommandDocs } from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

export type Shell = "bash" | "zsh" | "fish";

/** The completion script of a shell: options, their values, interfaces. */
export const COMPLETIONS: Record<
  Shell,
  (commands: readonly CommandDocs[]) => string
> = { bash, zsh, fish };

/** The interfaces that there are; also the shell's way to ask for them. */
const INTERFACES =
  "xdptally --list-interfaces 2>/dev/null | awk '{ print $2 }'";

/** They may stand where an interface may. */
const COMMANDS = "check report top";

function wordsOf({ completes }: OptionDocs): string | undefined {
  return typeof completes === "object" ? completes.join(" ") : undefined;
}

function bash([watch]: readonly CommandDocs[]): string {
  const options = Object.values<OptionDocs>(watch!.options);
  const flags = options.flatMap(({ name, short }) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  const cases = options.flatMap((option) => {
    if (option.value === undefined) return [];
    const names = [
      `--${option.name}`,
      ...(option.short ? [`-${option.short}`] : []),
    ];
    const words = wordsOf(option);
    const action = words !== undefined
      ? `COMPREPLY=($(compgen -W "${words}" -- "$word"))`
      : option.value === "FILE"
      ? `COMPREPLY=($(compgen -f -- "$word"))`
      : "COMPREPLY=()";
    return [`\t${names.join(" | ")})\n\t\t${action}\n\t\treturn\n\t\t;;`];
  });
  return `# bash completion for xdptally; made by toolchain/generate.ts
# shellcheck shell=bash disable=SC2207
_xdptally() {
	local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
	case $previous in
${cases.join("\n")}
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "${flags.join(" ")}" -- "$word"))
	else
		COMPREPLY=($(compgen -W "${COMMANDS} $(${INTERFACES})" -- "$word"))
	fi
}
complete -F _xdptally xdptally
`;
}

function zsh([watch]: readonly CommandDocs[]): string {
  const options = Object.values<OptionDocs>(watch!.options);
  const specs = options.map((option) => {
    const { name, short, value, help } = option;
    const text = help.replace(
      /[\][:'\\]/g,
      (character) => character === "'" ? "'\\''" : `\\${character}`,
    );
    const words = wordsOf(option);
    const action = value === undefined
      ? ""
      : words !== undefined
      ? `:${value}:(${words})`
      : value === "FILE"
      ? `:${value}:_files`
      : `:${value}: `;
    const long = `--${name}${value === undefined ? "" : "="}`;
    return short === undefined
      ? `\t'${long}[${text}]${action}'`
      : `\t'(-${short} --${name})'{-${short}${
        value === undefined ? "" : "+"
      },${long}}'[${text}]${action}'`;
  });
  return `#compdef xdptally
# zsh completion for xdptally; made by toolchain/generate.ts
_xdptally_interfaces() {
	local -a interfaces
	interfaces=(${COMMANDS} \${(f)"$(${INTERFACES})"})
	compadd -a interfaces
}
_arguments -s \\
${specs.join(" \\\n")} \\
	'*:interface:_xdptally_interfaces'
`;
}

function fish([watch]: readonly CommandDocs[]): string {
  const options = Object.values<OptionDocs>(watch!.options);
  const lines = options.map((option) => {
    const { name, short, value, help } = option;
    const words = wordsOf(option);
    return [
      "complete -c xdptally",
      `-l ${name}`,
      ...(short === undefined ? [] : [`-s ${short}`]),
      ...(value === undefined ? [] : value === "FILE" ? ["-r -F"] : ["-x"]),
      ...(words === undefined ? [] : [`-a "${words}"`]),
      `-d '${help.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`,
    ].join(" ");
  });
  return `# fish completion for xdptally; made by toolchain/generate.ts
complete -c xdptally -f -a "${COMMANDS} (${INTERFACES.replaceAll('"', '\\"')})"
${lines.join("\n")}
`;
}
