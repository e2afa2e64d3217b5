/**
 * The queries of docs/captures.md for jq and DuckDB (who sent most?), to be run
 * in a folder of captures. All answers are brought into one form, a line for
 * each of the ten sources: packets, bytes, address.
 */

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");

/** The code block of docs/captures.md in a language, for captures in the current folder. */
function block(language: string): string {
  const docs = Deno.readTextFileSync(`${ROOT}docs/captures.md`);
  const [, text] = new RegExp("```" + language + "\n(.*?)```", "s").exec(docs)!;
  return text!.replaceAll("/var/log/xdptally/", "");
}

export interface Question {
  readonly command: readonly string[];
  /** The output of the command in the common form. */
  answer(stdout: string): string;
}

export const JQ: Question = {
  command: ["sh", "-c", block("sh")],
  answer: (stdout) => stdout,
};

/** DuckDB runs in a process of its own, so that its libraries and threads stay there. */
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

/** The same question to xdptally itself. */
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
