/** `report --format csv`: the table alone. */
import { csvField } from "../basics/csv_field.ts";
import { visible } from "../basics/visible.ts";
import { keyHead } from "./row_names.ts";
import { isoTime } from "./times.ts";
import type { Report } from "./reporter.ts";

/** The table of a report as CSV. @see RFC 4180 */
export function reportCsv(report: Report): string {
  const isMixed = report.bys.length > 1;
  const key = csvField(keyHead(report));
  const head = `${
    isMixed ? `by,${key}` : key
  },packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets`;
  const rows = report.groups.map((group) =>
    [
      ...(isMixed ? [csvField(visible(group.by))] : []),
      csvField(visible(group.key)),
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
