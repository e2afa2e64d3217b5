/** Makes the text of `-h` and `--help` from a command's documentation (pure). */
import { EXIT_MEANINGS } from "../basics/errors.ts";
import type { CommandDocs, Example } from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

const COLUMNS = 79;

/**
 * The help of a command. Without rare options, that of the default command fits
 * a screen of 24 lines of 79 columns.
 *
 * @param isFull whether to show rare options
 * @param names of all commands, the default one first
 */
export function helpText(
  docs: CommandDocs,
  isFull: boolean,
  names: readonly string[],
): string {
  const isDefault = docs.name === names[0];
  const command = isDefault ? `[${docs.name}]` : docs.name;
  const others = names.slice(1).join("|");
  const usage = `Usage: xdptally ${command} [options] ${docs.operands}`
    .trimEnd();
  return [
    docs.summary,
    isDefault ? filled(usage, [`or ${others}`], "") : usage,
    ...Object.values(docs.options)
      .filter(({ isRare }) => isFull || !isRare)
      .map(optionLine),
    ...exampleLines(docs.examples),
    ...(docs.note === undefined ? [] : [docs.note]),
    ...(isDefault ? [exitCodes()] : []),
    "",
  ].join("\n");
}

function optionLine({ name, short, value, help }: OptionDocs): string {
  const flags = `${short === undefined ? "   " : `-${short},`} --${name}`;
  const start = value === undefined ? flags : `${flags} ${value}`;
  return filled(`  ${start.padEnd(23)}`, help.split(" "), " ".repeat(25));
}

function exampleLines(examples: readonly Example[]): string[] {
  if (examples.length === 0) return [];
  const width = Math.max(...examples.map(({ line }) => line.length));
  return [
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map(({ line, what }) => `  ${line.padEnd(width)}  ${what}`),
  ];
}

/** `Exit codes: 0 done, 1 …`, wrapped between codes. */
function exitCodes(): string {
  const codes = Object.entries(EXIT_MEANINGS)
    .map(([code, meaning]) => `${code} ${meaning}`);
  const words = codes.map((code, at) =>
    at < codes.length - 1 ? `${code},` : code
  );
  return filled("Exit codes:", words, " ");
}

/** Puts words behind `start`; where a line is full, goes on behind `indent`. */
function filled(
  start: string,
  words: readonly string[],
  indent: string,
): string {
  const lines = [start];
  for (const word of words) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= COLUMNS) lines.splice(-1, 1, line);
    else lines.push(`${indent} ${word}`);
  }
  return lines.join("\n");
}
