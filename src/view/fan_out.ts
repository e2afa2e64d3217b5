/** Fan-out: how many values of the fields that are counted, but not shown, a row has. */
import type { FieldName, FieldValue } from "../basics/keys.ts";
import { type Grouping, groupingsFor, isContained } from "./grouping.ts";

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

/** The first grouping that can be sorted like this; if none can, what is counted. */
export function firstGrouping(
  by: readonly FieldName[],
  sort: string,
): Grouping {
  return sortableGrouping(by, sort) ?? { fields: by, isByNetwork: false };
}

function sortableGrouping(
  by: readonly FieldName[],
  sort: string,
): Grouping | undefined {
  if (!isFanOut(sort)) return undefined;
  return groupingsFor(by).find((grouping) =>
    isContained(grouping, by) && fanOutFields(grouping, by).includes(sort)
  );
}

/** Whether rows can be sorted like this, in some grouping of what is counted. */
export function isSortable(by: readonly FieldName[], sort: string): boolean {
  return !isFanOut(sort) || sortableGrouping(by, sort) !== undefined;
}

export function isFanOut(name: string): name is FanOutField {
  return (FAN_OUT_FIELDS as readonly string[]).includes(name);
}

/** Counts different values. Most rows of a flood have one, which needs no set. */
export class DistinctValues {
  #one: FieldValue = null;
  #set: Set<FieldValue> | undefined;

  /** How many there are. */
  get size(): number {
    return this.#set?.size ?? (this.#one === null ? 0 : 1);
  }

  /** @param value null, for a packet without the field, counts for nothing */
  add(value: FieldValue): void {
    if (value === null || value === this.#one) return;
    if (this.#set !== undefined) this.#set.add(value);
    else if (this.#one === null) this.#one = value;
    else this.#set = new Set([this.#one, value]);
  }

  clear(): void {
    this.#one = null;
    this.#set = undefined;
  }
}
