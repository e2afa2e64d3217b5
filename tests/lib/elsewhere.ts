/**
 * Who sent most, asked of other programs than xdptally as docs/captures.md does:
 * commands to be run in a folder of captures. Every answer is brought into one
 * form, a line for each of the ten sources: packets, bytes, address.
 */

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");

/** The block in a language of docs/captures.md, for captures in this folder. */
function block(language: string): string {
  const docs = Deno.readTextFileSync(`${ROOT}docs/captures.md`);
  const [, text] = new RegExp("```" + language + "\n(.*?)```", "s").exec(docs)!;
  return text!.replaceAll("/var/log/xdptally/", "");
}

export interface Question {
  readonly command: readonly string[];
  /** What the command printed, in the common form. */
  answer(stdout: string): string;
}

export const JQ: Question = {
  command: ["sh", "-c", block("sh")],
  answer: (stdout) => stdout,
};

/** DuckDB is in a process of its own: what it loads and starts stays there. */
export const DUCKDB: Question = {
  command: [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--allow-all",
    `--config=${ROOT}deno.json`,
    `${ROOT}tests/lib/duckdb.ts`,
    block("sql"),
  ],
  answer: (stdout) =>
    stdout.trimEnd().split("\n")
      .map((line) => line.split("\t"))
      .map(([ip, packets, bytes]) => `${packets} ${bytes} ${ip}\n`).join(""),
};

/** The same of xdptally itself. */
export function reportOn(files: readonly string[]): Question {
  return {
    command: [
      `${ROOT}dist/xdptally`,
      ...["report", "--top", "10", "--format", "jsonl"],
      ...files,
    ],
    answer: (stdout) =>
      stdout.trimEnd().split("\n")
        .map((line) => JSON.parse(line))
        .filter(({ type }) => type === "row")
        .map(({ packets, bytes, source }) => `${packets} ${bytes} ${source}\n`)
        .join(""),
  };
}
