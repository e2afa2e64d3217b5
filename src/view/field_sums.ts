/** Adds rows up by each of their fields. */
import {
  type FieldName,
  type FieldValue,
  keyField,
  MISSING,
} from "../basics/keys.ts";
import { NOTHING, plus, type Tally } from "../tally/source_list.ts";
import type { Grouping } from "./grouping.ts";
import type { SourceRow } from "./source_rows.ts";

/** A value of a field, and what the rows with it sent. */
interface ValueSum {
  readonly text: string;
  readonly tick: Tally;
  readonly run: Tally;
}

/** All values of a field: those that sent most come first. */
export interface FieldSums {
  readonly field: FieldName;
  readonly values: readonly ValueSum[];
}

/**
 * The sums by each field that the grouping leaves open. Those of each field add up
 * to all rows.
 *
 * @param by the fields that are counted, in the order of the rows' values
 */
export function fieldSums(
  rows: readonly SourceRow[],
  by: readonly FieldName[],
  { fields, isByNetwork }: Grouping,
): FieldSums[] {
  const isOpen = (name: FieldName) =>
    !fields.includes(name) ||
    isByNetwork && keyField(name).size === "address";
  return by.flatMap((field, at) => {
    if (!isOpen(field)) return [];
    const sums = new Map<FieldValue, ValueSum>();
    for (const { values, tick, run } of rows) {
      const value = values[at]!;
      const sum = sums.get(value);
      sums.set(value, {
        text: sum?.text ?? String(value ?? MISSING),
        tick: plus(sum?.tick ?? NOTHING, tick),
        run: plus(sum?.run ?? NOTHING, run ?? NOTHING),
      });
    }
    const values = [...sums.values()].sort((a, b) =>
      compare(b.tick.packets, a.tick.packets) ||
      compare(b.run.packets, a.run.packets)
    );
    return [{ field, values }];
  });
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
