/** The completion script of bash 4.3 or newer; it needs no bash-completion (pure). */
import { type CommandDocs, mostOperands } from "../command_docs.ts";
import type { Completion } from "../option.ts";
import { flagsOf, LIST_INTERFACES, optionsOf, quote, wordsOf } from "./docs.ts";

/** @param commands the default one first */
export function bash(commands: readonly CommandDocs[]): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion for xdptally; made by toolchain/generate.ts
# shellcheck shell=bash

# Sets what may stand at a place of the line: words, files or interfaces.
# Fails if there is no such place.
# usage: _xdptally_at PLACE: an option's value (--mode or -m), options (-), operands ('')
_xdptally_at() {
	words=() files='' interfaces=''
	case "$command $1" in
${commands.flatMap((docs) => cases(docs, commands)).join("\n")}
	*) return 1 ;;
	esac
}

# Sets the option of a word that takes a value, and what precedes the value in the word
# (nothing: the value is the next word).
_xdptally_read_option() {
	local at
	option='' prefix=''
	case $1 in
	--*=*) option=\${1%%=*} prefix=\${1%%=*}= ;;
	--*) ! _xdptally_at "$1" || option=$1 ;;
	*)
		for ((at = 1; at < \${#1}; at++)); do
			_xdptally_at "-\${1:at:1}" || continue
			option=-\${1:at:1}
			((at + 1 == \${#1})) || prefix=\${1:0:at+1}
			break
		done
		;;
	esac
}

_xdptally() {
	local command=${names[0]} option='' prefix='' is_over='' named=' '
	local files='' interfaces='' word name at
	local -a words=()
	COMPREPLY=()
	for ((at = 1; at < COMP_CWORD; at++)); do
		word=\${COMP_WORDS[at]}
		if [[ $option ]]; then
			# bash splits --sort=ip into three words, unless COMP_WORDBREAKS has no =.
			[[ $word == = ]] || option=''
		elif ((at == 1)) && [[ $word == @(${names.join("|")}) ]]; then
			command=$word
		elif [[ $is_over || $word == - || $word != -* ]]; then
			named+="$word "
		elif [[ $word == -- ]]; then
			is_over=1
		else
			_xdptally_read_option "$word"
			[[ ! $prefix ]] || option='' prefix=''
		fi
	done

	word=\${COMP_WORDS[COMP_CWORD]}
	if [[ $option ]]; then
		[[ $word != = ]] || word=''
		named=' '
	elif [[ $word == -* && ! $is_over ]]; then
		_xdptally_read_option "$word"
		[[ $prefix ]] || option=-
		word=\${word#"$prefix"}
		named=' '
	fi
	_xdptally_at "$option" || return 0
	# The first word may be a command.
	((COMP_CWORD > 1)) || [[ $option ]] || words+=(${names.join(" ")})

	if [[ $interfaces ]]; then
		while IFS=' ' read -r _ name _; do
			printf -v name %q "$name" # a name may have ; or $( in it
			words+=("$name")
		done < <(${LIST_INTERFACES})
	fi
	for name in \${words[@]+"\${words[@]}"}; do
		[[ $name != "$word"* || $named == *" $name "* ]] || COMPREPLY+=("$prefix$name")
	done
	if [[ $files && ! $prefix ]]; then
		compopt -o default # readline itself quotes names and adds a slash to folders
	elif [[ $files ]]; then
		compopt -o filenames
		while IFS= read -r name; do
			if [[ -d $name ]]; then
				name+=/
				compopt -o nospace
			fi
			COMPREPLY+=("$prefix$name")
		done < <(compgen -f -- "$word")
	fi
}
complete -F _xdptally xdptally
`;
}

/** The places of a command's line, and what may stand there. */
function cases(
  docs: CommandDocs,
  commands: readonly CommandDocs[],
): string[] {
  const options = optionsOf(docs);
  const line = (places: readonly string[], ...actions: readonly string[]) => {
    const patterns = places.map((place) => quote(`${docs.name} ${place}`));
    return `\t${patterns.join(" | ")})${
      actions.filter((action) => action !== "").map((action) => ` ${action}`)
        .join(" &&")
    } ;;`;
  };
  return [
    line(
      [""],
      mostOperands(docs) > 1 ? "" : "[[ $named == ' ' ]]",
      action(docs.completes, commands),
    ),
    line(["-"], action(options.flatMap(flagsOf), commands)),
    ...options.filter(({ value }) => value !== undefined).map((option) =>
      line(flagsOf(option), action(option.completes ?? "nothing", commands))
    ),
  ];
}

/** Sets one of the variables of `_xdptally_at`. */
function action(
  completes: Completion,
  commands: readonly CommandDocs[],
): string {
  const words = wordsOf(completes, commands);
  if (words === undefined) {
    return completes === "nothing" ? "" : `${completes}=1`;
  }
  return `words=(${words.map(quoteIfNeeded).join(" ")})`;
}

function quoteIfNeeded(word: string): string {
  return /^[\w-]+$/.test(word) ? word : quote(word);
}
