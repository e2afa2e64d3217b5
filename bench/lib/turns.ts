/**
 * Lets contenders take turns, so that other load on the machine affects all of
 * them.
 *
 * @returns by name, what each contender measured, in the order of the rounds
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
