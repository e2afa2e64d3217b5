/** Formats the findings of `check`: a table or JSON (pure). */
import { visible } from "../../basics/visible.ts";
import { type ExitCode, Failure } from "../../basics/errors.ts";

/** What a check found. */
export interface Finding {
  /** `note`: watching works, but the operator should know. */
  readonly state: "ok" | "note" | "fail";
  readonly value: string;
  readonly remedy?: string;
  /** What watching would end with; `fail` only. */
  readonly exitCode?: ExitCode;
}

/** A row of the table: a check and what it found. */
export interface CheckRow extends Finding {
  /** `host`, or an interface's name. */
  readonly on: string;
  readonly name: string;
}

/** A finding with the name of its row. */
export type NamedFinding = readonly [name: string, finding: Finding];

/** A finding that needs no attention. */
export function ok(value: string): Finding {
  return { state: "ok", value };
}

/** What `check` finds; the `Failure` that it throws is a finding too. */
export function findingOf(check: () => Finding): Finding {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message, exitCode } = error;
    return { state: "fail", value: message, exitCode };
  }
}

/** Text: the rows of the host and of each interface under its name. */
export function checksText(rows: readonly CheckRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ on, name, state, value, remedy }, at) => [
    ...(on === rows[at - 1]?.on ? [] : [on]),
    `  ${STATES[state]}  ${name.padEnd(width)}  ${value}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(width + 10)}=> ${remedy}`]),
  ]);
  return lines.map((line) => `${visible(line)}\n`).join("");
}

const STATES = { ok: "ok  ", note: "note", fail: "FAIL" } as const;

/** One JSON object on a line; `works` is true if no check failed. */
export function checksJson(rows: readonly CheckRow[], host: string): string {
  const works = rows.every(({ state }) => state !== "fail");
  return JSON.stringify({ schema: 1, type: "check", host, works, rows }) + "\n";
}
