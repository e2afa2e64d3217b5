/** The manual page in mdoc(7), from the commands' documentation (pure). */
import { EXIT_MEANINGS } from "../basics/errors.ts";
import type {
  CommandDocs,
  Example,
  ManualBlock,
  ManualSection,
} from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

/**
 * @param commands the default one first
 * @param version of xdptally
 */
export function manPage(
  commands: readonly CommandDocs[],
  version: string,
): string {
  return [
    ...[
      ".\\\" Made by toolchain/generate.ts from the commands' documentation.",
    ],
    ".Dd November 27, 2026",
    ".Dt XDPTALLY 1",
    ".Os",
    ".Sh NAME",
    ".Nm xdptally",
    ".Nd who is sending this machine packets",
    ".Sh SYNOPSIS",
    ...commands.flatMap(synopsis),
    ".Sh DESCRIPTION",
    ...paragraphs([
      "xdptally attaches a program to each interface where the kernel receives frames, and tells which source addresses send packets. Every frame is in exactly one class: its source, untracked (no room for its source), non-IP, malformed or filtered. Each record has these and a total that is counted on its own, and says if they do not add up. All frames pass. The program is detached at the end, and by the kernel if xdptally is killed.",
      "Times are a number of seconds, or a number with ms, s, m, h or d.",
    ]),
    ...commands.flatMap(commandSection),
    ...commands.flatMap(({ manual = [] }) => manual).flatMap(section),
    ".Sh EXIT STATUS",
    ...list(Object.entries(EXIT_MEANINGS)),
    ".Sh EXAMPLES",
    ...commands.flatMap(({ examples }) => examples).flatMap(example),
    ".Sh SEE ALSO",
    ".Xr bpftool 8 ,",
    ".Xr ip 8 ,",
    ".Xr tcpdump 8",
    ".Sh HISTORY",
    `This is xdptally ${escape(version)}.`,
    "",
  ].join("\n");
}

function synopsis({ name, operands }: CommandDocs, at: number): string[] {
  return [
    ".Nm",
    at === 0 ? `.Op Cm ${name}` : `.Cm ${name}`,
    ".Op Ar options",
    ...(operands === "" ? [] : [`.Ar ${escape(operands)}`]),
  ];
}

function commandSection(docs: CommandDocs): string[] {
  const options = Object.values(docs.options);
  return [
    `.Ss ${docs.name}`,
    escape(docs.description),
    ".Pp",
    ".Bl -tag -width Ds",
    ...options.flatMap(option),
    ".El",
  ];
}

function option({ name, short, value, help, details }: OptionDocs): string[] {
  const flags = [
    ...(short === undefined ? [] : [`Fl ${short}`]),
    `Fl -${name}`,
  ];
  const argument = value === undefined ? "" : ` Ar ${value}`;
  return [
    `.It ${flags.join(" , ")}${argument}`,
    escape(`${sentence(help)}${details === undefined ? "" : ` ${details}`}`),
  ];
}

/** `end after N ticks` -> `End after N ticks.` */
function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${
    /[.)]$/.test(text) ? "" : "."
  }`;
}

function section({ title, blocks }: ManualSection): string[] {
  return [`.Sh ${title}`, ...blocks.flatMap(block)];
}

function block(block: ManualBlock, at: number): string[] {
  if (typeof block === "string") {
    return [...(at === 0 ? [] : [".Pp"]), escape(block)];
  }
  if ("items" in block) return list(block.items);
  return [".Bd -literal -offset indent", escape(block.code), ".Ed"];
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap(block);
}

function list(items: readonly (readonly [string, string])[]): string[] {
  return [
    ".Bl -tag -width Ds",
    ...items.flatMap(([term, text]) => [`.It ${escape(term)}`, escape(text)]),
    ".El",
  ];
}

function example({ line, what }: Example): string[] {
  return [".Pp", escape(sentence(what)), ".Pp", `.Dl ${escape(line)}`];
}

/** Text in which nothing is taken as a macro or an escape. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}
