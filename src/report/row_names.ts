/** How rows are named: by their keys, and by what they stand for where that differs. */
import {
  type FieldName,
  type FieldValue,
  KEY_FIELDS,
  keyField,
  MISSING,
} from "../basics/keys.ts";
import { fieldsOfKind } from "./capture_record.ts";
import { isNamed } from "../names/names.ts";
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

/** The fields that rows stand for; undefined: they stand for something else. */
export function fieldsIn(by: string): readonly FieldName[] | undefined {
  const fields = fieldsOfKind(by);
  const names = fields.split(",").filter(isFieldName);
  return names.join() === fields ? names : undefined;
}

/** The values of the fields of a row; undefined: its key does not have them. */
export function fieldValues({ by, key }: Group): FieldValue[] | undefined {
  const names = fieldsIn(by);
  const parts = key.split(",");
  if (names?.length !== parts.length) return undefined;
  return names.map((name, at) => fieldValue(name, parts[at]!));
}

/** The address that a row stands for, among others; null: it has none. */
export function addressOf(group: Group): FieldValue {
  return isNamed(fieldsIn(group.by) ?? [])
    ? fieldValues(group)?.[0] ?? null
    : null;
}

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(KEY_FIELDS, name);
}

function fieldValue(name: FieldName, text: string): FieldValue {
  if (text === MISSING) return null;
  const number = Number(text);
  return keyField(name).isNumber && Number.isInteger(number) ? number : text;
}
