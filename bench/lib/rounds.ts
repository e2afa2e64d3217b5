/** Compares commands that answer the same question. */
import { type Spread, spreadOf } from "./spread.ts";
import type { Measured } from "./workspace.ts";

/** One of the commands to compare. */
export interface Contender {
  readonly name: string;
  readonly rounds: number;
  readonly command: readonly string[];
  /** Converts its output to a form that is the same for all contenders. */
  answer(stdout: string): string;
}

/** The measurements of a contender: wall time, CPU time, and peak memory in bytes. */
export interface Score {
  readonly name: string;
  readonly rounds: number;
  readonly seconds: Spread;
  readonly cpuSeconds: Spread;
  readonly peak: Spread;
}

/**
 * Lets the contenders take turns, so that other load on the machine affects all
 * of them.
 *
 * @throws a contender's answer is empty or differs from the first one
 */
export async function compete(
  contenders: readonly Contender[],
  measure: (command: readonly string[]) => Promise<Measured>,
): Promise<Score[]> {
  const runs = new Map<Contender, Measured[]>(
    contenders.map((contender) => [contender, []]),
  );
  const most = Math.max(...contenders.map(({ rounds }) => rounds));
  let expected: string | undefined;
  for (let round = 0; round < most; round++) {
    for (const contender of contenders) {
      if (round >= contender.rounds) continue;
      const run = await measure(contender.command);
      const answer = contender.answer(run.stdout);
      expected ??= answer;
      if (answer !== expected || answer === "") {
        throw new Error(
          `${contender.name} answers otherwise than ${
            contenders[0]!.name
          }:\n${answer}instead of\n${expected}`,
        );
      }
      runs.get(contender)!.push(run);
    }
  }
  return contenders.map((contender) => {
    const of = (what: (run: Measured) => number) =>
      spreadOf(runs.get(contender)!.map(what));
    return {
      name: contender.name,
      rounds: contender.rounds,
      seconds: of(({ seconds }) => seconds),
      cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
      peak: of(({ peak }) => peak),
    };
  });
}
