/** `report --format csv`: the table alone. */
import { csvField } from "../basics/csv_field.ts";
import { isoTime } from "./times.ts";
import type { Report } from "./reporter.ts";

/** The table of a report as CSV. @see RFC 4180 */
export function reportCsv({ by, groups }: Report): string {
  const head =
    `${by},packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets`;
  const rows = groups.map((group) =>
    [
      csvField(group.key),
      group.packets,
      group.bytes,
      isoTime(group.firstSeen),
      isoTime(group.lastSeen),
      isoTime(group.busiestMinute),
      group.busiestPackets,
    ].join(",")
  );
  return [head, ...rows, ""].join("\r\n");
}
