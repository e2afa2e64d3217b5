import { tableLines } from "./results.ts";

/** What a figure has to be, and what it is. */
export interface Goal {
  readonly what: string;
  readonly found: number;
  readonly most?: number;
  readonly least?: number;
}

/** A row for each goal, MISSED where it is: a bench tells, it does not fail. */
export function goalLines(goals: readonly Goal[]): string[] {
  return tableLines([
    ["goal", "", "found", ""],
    ...goals.map((goal) => [
      goal.what,
      goal.most === undefined ? `>= ${goal.least}` : `<= ${goal.most}`,
      figure(goal.found),
      isMet(goal) ? "met" : "MISSED",
    ]),
  ]);
}

function isMet({ found, most = Infinity, least = -Infinity }: Goal): boolean {
  return found <= most && found >= least;
}

/** Three digits that count, and no exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.max(
    0,
    2 - Math.floor(Math.log10(Math.abs(value) || 1)),
  );
  return value.toFixed(Math.min(digits, 2));
}
