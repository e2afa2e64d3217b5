/** Makes the text of `-h` and `--help` from a command's documentation (pure). */
import { EXIT_MEANINGS } from "../basics/errors.ts";
import type { CommandDocs, Example } from "./command_docs.ts";
import type { OptionDocs } from "./option.ts";

const COLUMNS = 79;
/** The command that runs without being named. */
const DEFAULT = "watch";

/**
 * The help of a command. Without rare options, that of the default command fits
 * a screen of 24 lines of 79 columns.
 *
 * @param isFull whether to show rare options
 * @param names of all commands
 */
export function helpText(
  docs: CommandDocs,
  isFull: boolean,
  names: readonly string[],
): string {
  const isDefault = docs.name === DEFAULT;
  const command = isDefault ? `[${docs.name}]` : docs.name;
  const others = names.filter((name) =>
    name !== docs.name && name !== "version"
  ).join("|");
  return [
    docs.summary,
    `Usage: xdptally ${command} [options] ${docs.operands}`.trimEnd() +
    (isDefault ? `  also: ${others}` : ""),
    ...Object.values(docs.options)
      .filter(({ isRare }) => isFull || !isRare)
      .map(optionLine),
    ...exampleLines(docs.examples),
    ...(isDefault ? exitCodeLines() : []),
    "",
  ].join("\n");
}

function optionLine({ name, short, value, help }: OptionDocs): string {
  const flags = `${short === undefined ? "   " : `-${short},`} --${name}`;
  return `  ${
    (value === undefined ? flags : `${flags} ${value}`).padEnd(23)
  } ${help}`;
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
function exitCodeLines(): string[] {
  const lines = ["Exit codes:"];
  const codes = Object.entries(EXIT_MEANINGS)
    .map(([code, meaning]) => `${code} ${meaning}`);
  for (const [at, code] of codes.entries()) {
    const word = ` ${code}${at < codes.length - 1 ? "," : ""}`;
    if ((lines.at(-1) + word).length > COLUMNS) lines.push(` ${word}`);
    else lines.push(lines.pop() + word);
  }
  return lines;
}
