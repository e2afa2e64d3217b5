import { EXIT_MEANINGS } from "../basics/errors.ts";
import { CHECK_OPTIONS } from "../commands/check/options.ts";
import { type Option, OPTIONS } from "../commands/watch/options.ts";
import { REPORT_OPTIONS } from "../commands/report/options.ts";
import { TOP_OPTIONS } from "../commands/top/options.ts";

const COLUMNS = 79;

/**
 * The text of `-h`, which fits a screen of 24 lines of 79 columns, or of
 * `--help`, which has all options.
 */
export function helpText(isFull: boolean): string {
  const options: readonly Option[] = OPTIONS;
  return [
    "Who is sending this machine packets? Exact counts by source address, from XDP.",
    "Usage: xdptally [watch] [options] INTERFACE...  also: top|check|report -h",
    ...options.filter(({ isRare }) => isFull || !isRare).map(optionLine),
    "Examples:",
    "  sudo xdptally eth0                  every second, until Ctrl-C",
    "  sudo xdptally -j -d 60s eth0 wg0    a minute of two interfaces, as JSON Lines",
    ...exitCodeLines(),
    "",
  ].join("\n");
}

/** The text of `report -h`. */
export function reportHelpText(): string {
  return [
    "Who sent most, over any number of captures, and whether anything is missing.",
    "Usage: xdptally report [options] FILE...    (.jsonl, .jsonl.gz, - for stdin)",
    ...(REPORT_OPTIONS as readonly Option[]).map(optionLine),
    "Example:",
    "  xdptally report --since 24h /var/log/xdptally/*.jsonl",
    "",
  ].join("\n");
}

/** The text of `check -h`. */
export function checkHelpText(): string {
  return [
    "Would watching work here, and how? Attaches nothing; exit code 0 only if so.",
    "Usage: xdptally check [options] [INTERFACE...]    (none: all that there are)",
    ...(CHECK_OPTIONS as readonly Option[]).map(optionLine),
    "Example:",
    "  sudo xdptally check eth0",
    "",
  ].join("\n");
}

/** The text of `top -h`. */
export function topHelpText(): string {
  return [
    "Who is sending this machine packets, live on the whole terminal.",
    "Usage: xdptally top [options] INTERFACE...",
    ...(TOP_OPTIONS as readonly Option[]).map(optionLine),
    "Example:",
    "  sudo xdptally top eth0",
    "",
  ].join("\n");
}

function optionLine({ name, short, value, help }: Option): string {
  const flags = `${short === undefined ? "   " : `-${short},`} --${name}`;
  return `  ${
    (value === undefined ? flags : `${flags} ${value}`).padEnd(23)
  } ${help}`;
}

/** `Exit codes: 0 done, 1 …`, wrapped between two codes. */
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
