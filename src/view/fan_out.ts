/** Fan-out: how many values of the fields that are counted, but not shown, a row has. */
import type { FieldName } from "../basics/keys.ts";
import type { Grouping } from "./grouping.ts";

/** Fields with a column of their distinct values. */
export const FAN_OUT_FIELDS = ["source", "destination", "port"] as const;
export type FanOutField = typeof FAN_OUT_FIELDS[number];

/** The fields whose values a row of this grouping can have several of. */
export function fanOutFields(
  { fields, isByNetwork }: Grouping,
  counted: readonly FieldName[],
): readonly FanOutField[] {
  return FAN_OUT_FIELDS.filter((name) =>
    counted.includes(name) &&
    (!fields.includes(name) || isByNetwork && name !== "port")
  );
}

export function isFanOut(name: string): name is FanOutField {
  return (FAN_OUT_FIELDS as readonly string[]).includes(name);
}
