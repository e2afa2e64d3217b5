/**
 * Lets contenders take turns, so that what the machine does besides falls on
 * all of them.
 *
 * @returns what each of them measured, by name, in the order of the rounds
 */
export async function takeTurns<Result>(
  rounds: number,
  contenders: Readonly<Record<string, () => Result | Promise<Result>>>,
): Promise<Record<string, Result[]>> {
  const results: Record<string, Result[]> = {};
  for (const name of Object.keys(contenders)) results[name] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) {
      results[name]!.push(await measure());
    }
  }
  return results;
}

/** Round by round, how many times the other it was. */
export function ratios(
  ones: readonly number[],
  others: readonly number[],
): number[] {
  return ones.map((one, round) => one / others[round]!);
}
