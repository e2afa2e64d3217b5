/** `report --format csv`: the table alone. */
import { csvField } from "../basics/csv_field.ts";
import { fieldInSnakeCase, type FieldValue } from "../basics/keys.ts";
import { visible } from "../basics/visible.ts";
import type { Group } from "./groups.ts";
import type { Report } from "./reporter.ts";
import { addressOf, fieldsIn, fieldValues, keyHead } from "./row_names.ts";
import { isoTime } from "./times.ts";

/** The table of a report as CSV. @see RFC 4180 */
export function reportCsv(report: Report): string {
  const columns = keyColumns(report);
  const { names } = report;
  const head = [
    `${columns.join()},packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets`,
    ...(names?.columns ?? []),
  ].join();
  const rows = report.groups.map((group) =>
    [
      ...keyCells(report, group, columns.length),
      group.packets,
      group.bytes,
      isoTime(group.firstSeen),
      isoTime(group.lastSeen),
      isoTime(group.busiestMinute),
      group.busiestPackets,
      ...(names?.values(addressOf(group)) ?? []).map(cell),
    ].join(",")
  );
  return [head, ...rows, ""].join("\r\n");
}

/** A column for each field; in a mixed report what a row stands for, and its key. */
function keyColumns(report: Report): string[] {
  if (report.bys.length > 1) return ["by", "key"];
  const head = keyHead(report);
  return fieldsIn(head)?.map(fieldInSnakeCase) ?? [csvField(head)];
}

function keyCells({ bys }: Report, group: Group, columns: number): string[] {
  if (bys.length > 1) return [cell(group.by), cell(group.key)];
  const values = fieldValues(group);
  if (values === undefined) {
    return [cell(group.key), ...Array<string>(columns - 1).fill("")];
  }
  return values.map(cell);
}

function cell(value: FieldValue): string {
  return value === null ? "" : csvField(visible(String(value)));
}
