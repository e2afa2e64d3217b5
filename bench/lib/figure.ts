/** What each figure of the bench takes and returns, and the table of its goals. */
import { tableLines } from "./results.ts";
import { significant } from "./spread.ts";

/** How long a figure may take. */
export interface Effort {
  readonly isQuick: boolean;
  /** For figures whose rounds take seconds. */
  readonly rounds: number;
}

/** The result of a figure. */
export interface Finding {
  /** Its heading in RESULTS.md. */
  readonly title: string;
  readonly lines: readonly string[];
  readonly goals: readonly Goal[];
  /** The file name is relative to bench/. */
  readonly picture?: { readonly file: string; readonly svg: string };
}

/** A bound on a measured value. */
export interface Goal {
  readonly what: string;
  readonly found: number;
  readonly most?: number;
  readonly least?: number;
}

/** A table with a row per goal. A bench reports MISSED goals; it does not fail. */
export function goalLines(goals: readonly Goal[]): string[] {
  return tableLines([
    ["goal", "", "found", ""],
    ...goals.map((goal) => [
      goal.what,
      goal.most === undefined ? `>= ${goal.least}` : `<= ${goal.most}`,
      significant(goal.found),
      isMet(goal) ? "met" : "MISSED",
    ]),
  ]);
}

function isMet({ found, most = Infinity, least = -Infinity }: Goal): boolean {
  return found <= most && found >= least;
}
