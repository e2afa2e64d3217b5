/** How rows are named: by their keys, and by what they stand for where that differs. */
import type { Group } from "./groups.ts";

/** What the rows of a report stand for: several, if it mixes captures. */
interface Kinds {
  readonly bys: readonly string[];
}

/** The head of the column of keys: `source`, `source,port`, `hour`; `key`: it differs. */
export function keyHead({ bys }: Kinds): string {
  return bys.length === 1 ? bys[0]! : "key";
}

/** `10.0.0.1`; if rows stand for different things, `10.0.0.1 (destination)`. */
export function rowName({ bys }: Kinds, { by, key }: Group): string {
  return bys.length === 1 ? key : `${key} (${by})`;
}
