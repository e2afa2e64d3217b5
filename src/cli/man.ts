/** The manual page in mdoc(7), from the commands' documentation (pure). */
import {
  EXIT_DETAILS,
  EXIT_MEANINGS,
  type ExitCode,
} from "../basics/errors.ts";
import type {
  CommandDocs,
  Example,
  ManualBlock,
  ManualSection,
} from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

/** What the page says besides the commands. */
export interface Program {
  readonly version: string;
  /** The page's date; its day in UTC is shown. */
  readonly date: Date;
  /** One line, for whatis(1). */
  readonly summary: string;
  readonly description: readonly ManualBlock[];
  /** What concerns all commands. */
  readonly sections: readonly ManualSection[];
  /** What follows the list of exit codes. */
  readonly exitStatus: readonly ManualBlock[];
  /** Other pages: `["ip", 8]`. */
  readonly seeAlso: readonly (readonly [page: string, section: number])[];
}

/** @param commands the default one first */
export async function manPage(
  commands: readonly CommandDocs[],
  program: Program,
): Promise<string> {
  const manuals = await Promise.all(
    commands.map(({ manual }) => manual?.() ?? { sections: [], examples: [] }),
  );
  const exitCodes = Object.entries(EXIT_MEANINGS).map(([code, meaning]) =>
    [
      code,
      `${sentence(meaning)} ${EXIT_DETAILS[Number(code) as ExitCode]}`,
    ] as const
  );
  return [
    ".\\\" Made by toolchain/generate.ts from the commands' documentation.",
    `.Dd ${dateText(program.date)}`,
    ".Dt XDPTALLY 1",
    ".Os",
    ".Sh NAME",
    ".Nm xdptally",
    `.Nd ${program.summary}`,
    ".Sh SYNOPSIS",
    ...commands.flatMap(synopsis),
    ".Sh DESCRIPTION",
    ...blocks(program.description),
    ...commands.flatMap(commandPart),
    ...manuals.flatMap(({ sections }) => sections).flatMap(section),
    ...program.sections.flatMap(section),
    ...section({
      title: "EXIT STATUS",
      blocks: [{ items: exitCodes }, ...program.exitStatus],
    }),
    ".Sh EXAMPLES",
    ...[...commands, ...manuals].flatMap(({ examples }) => examples)
      .flatMap(example),
    ".Sh SEE ALSO",
    ...program.seeAlso.map(([page, number], at, { length }) =>
      `.Xr ${page} ${number}${at < length - 1 ? " ," : ""}`
    ),
    ".Sh HISTORY",
    `This page describes xdptally ${program.version}.`,
    "",
  ].join("\n");
}

/** `November 7, 2026`, as mdoc wants it. */
function dateText(date: Date): string {
  return date.toLocaleDateString("en-US", {
    year: "numeric",
    month: "long",
    day: "numeric",
    timeZone: "UTC",
  });
}

function synopsis({ name, operands }: CommandDocs, at: number): string[] {
  return [
    ".Nm",
    at === 0 ? `.Op Cm ${name}` : `.Cm ${name}`,
    ".Op Ar options",
    ...(operands === "" ? [] : [`.Ar ${escape(operands)}`]),
  ];
}

function commandPart({ name, description, options }: CommandDocs): string[] {
  return [
    `.Ss Options of ${name}`,
    ...filled(description),
    ".Bl -tag -width Ds",
    ...Object.values(options).flatMap(option),
    ".El",
  ];
}

function option(docs: OptionDocs): string[] {
  const { name, short, value, help, details, completes } = docs;
  const flags = [
    ...(short === undefined ? [] : [`Fl ${short}`]),
    `Fl -${name.replaceAll("-", "\\-")}`,
  ];
  const argument = value === undefined ? "" : ` Ar ${value}`;
  // A word of the value stays as it is typed.
  const [first] = /^\w*/.exec(help)!;
  const isWord = typeof completes === "object" && completes.includes(first);
  return [
    `.It ${flags.join(" , ")}${argument}`,
    ...filled(isWord ? `${help}.` : sentence(help)),
    ...(details === undefined ? [] : filled(details)),
  ];
}

/** `end after N ticks` -> `End after N ticks.` */
function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${
    text.endsWith(".") ? "" : "."
  }`;
}

function section({ title, blocks: parts }: ManualSection): string[] {
  return [`.Sh ${title}`, ...blocks(parts)];
}

function blocks(parts: readonly ManualBlock[]): string[] {
  return parts.flatMap((part, at) => {
    const before = kindOf(parts[at - 1]);
    if (typeof part === "string") {
      return [...(before === "heading" ? [] : [".Pp"]), ...filled(part)];
    }
    if ("heading" in part) return [`.Ss ${part.heading}`];
    if ("code" in part) return code(part.code);
    return [...(before === "code" ? [".Pp"] : []), ...list(part.items)];
  });
}

/** What a block is. A section begins below its heading. */
function kindOf(block: ManualBlock = { heading: "" }): string {
  return typeof block === "string" ? "text" : Object.keys(block)[0]!;
}

/** A short term has its text beside it, a long one below it. */
const LONGEST_TERM = 16;

function list(items: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(...items.map(([term]) => term.length));
  const width = longest > LONGEST_TERM ? 4 : longest + 1;
  return [
    `.Bl -tag -width ${width}n -compact`,
    ...items.flatMap(([term, text]) => [
      // Quoted, and not empty: a word is taken neither as a macro nor as punctuation.
      `.It Sy "\\&${escape(term).replaceAll('"', "\\(dq")}"`,
      ...filled(text),
    ]),
    ".El",
  ];
}

function code(text: string): string[] {
  return [
    ".Bd -literal -offset 2n",
    ...text.split("\n").map((line) => textLine(escape(line))),
    ".Ed",
  ];
}

function example({ line, what }: Example, at: number): string[] {
  return [
    ...(at === 0 ? [] : [".Pp"]),
    ...filled(`${sentence(what).slice(0, -1)}:`),
    ...code(line),
  ];
}

/** Bytes of an input line of text. */
const LINE = 79;

/** A word that is to be copied as it is: groff must not hyphenate it. */
const NAME = /[^A-Za-z.,;:()!?']|[a-z][A-Z]|xdptally|copytruncate/;

/** Lines of text that is filled; each sentence begins one, as mdoc wants it. */
function filled(text: string): string[] {
  return text.split(/(?<=\S[.?!]\)?) +/).flatMap((sentence) => {
    const lines = [""];
    for (const text of sentence.split(" ")) {
      const word = `${NAME.test(text) ? "\\%" : ""}${escape(text)}`;
      const line = lines.at(-1)!;
      if (line === "") lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length > LINE) lines.push(word);
      else lines[lines.length - 1] = `${line} ${word}`;
    }
    // At the end of a line `!` would end a sentence too.
    return lines.map((line, at) =>
      textLine(at < lines.length - 1 ? line.replace(/[.?!]$/, "$&\\&") : line)
    );
  });
}

/** A line that begins with a dot or an apostrophe would be a macro. */
function textLine(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** Text in which nothing is an escape, and each hyphen can be typed again. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}
