/** What the rows of a report stand for, as `--by` names it (pure). */
import { FIELD_NAMES, parseFields } from "../../basics/keys.ts";
import { GROUP_BYS, type GroupBy } from "../../report/reporter.ts";

/**
 * Reads `hour`, or fields such as `source,port`.
 *
 * @throws {RangeError}
 */
export function parseGroupBy(text: string): GroupBy {
  const word = GROUP_BYS.find((word) => word === text);
  if (word !== undefined) return word;
  try {
    return parseFields(text);
  } catch {
    throw new RangeError(
      `name one of ${GROUP_BYS.join(", ")}, or fields: ${
        FIELD_NAMES.join(", ")
      }`,
    );
  }
}
