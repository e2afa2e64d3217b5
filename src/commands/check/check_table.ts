/** What `check` prints: a table or JSON (pure). */
import type { ExitCode } from "../../basics/errors.ts";

/**
 * One thing that was looked at: `ok`, `note` (worth knowing, watching works),
 * or `fail`.
 */
export interface CheckRow {
  /** `host`, or an interface's name. */
  readonly on: string;
  readonly name: string;
  readonly state: "ok" | "note" | "fail";
  readonly value: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** What watching would end with, where it fails. */
  readonly exitCode?: ExitCode;
}

/** The rows below what they are about, with remedies on lines of their own. */
export function checksText(rows: readonly CheckRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ on, name, state, value, remedy }, at) => [
    ...(on === rows[at - 1]?.on ? [] : [on]),
    `  ${STATES[state]}  ${name.padEnd(width)}  ${value}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(width + 10)}=> ${remedy}`]),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

const STATES = { ok: "ok  ", note: "note", fail: "FAIL" } as const;

/** One JSON object. */
export function checksJson(rows: readonly CheckRow[], host: string): string {
  const works = rows.every(({ state }) => state !== "fail");
  return JSON.stringify({ schema: 1, type: "check", host, works, rows }) + "\n";
}
