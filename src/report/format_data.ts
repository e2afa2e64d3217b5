import { csvField } from "../basics/csv_field.ts";
import { exactInteger } from "../basics/exact_integer.ts";
import type { Group } from "./groups.ts";
import type { Report } from "./report.ts";

/** The table of a report as CSV (RFC 4180). */
export function reportCsv(report: Report): string {
  const head =
    `${report.by},packets,bytes,first_seen,last_seen,busiest_minute,busiest_minute_packets`;
  const rows = report.groups.map((group) => {
    const {
      key,
      packets,
      bytes,
      firstSeen,
      lastSeen,
      busiestMinute,
      busiestPackets,
    } = group;
    return [
      csvField(key),
      packets,
      bytes,
      iso(firstSeen),
      iso(lastSeen),
      iso(busiestMinute),
      busiestPackets,
    ].join(",");
  });
  return [head, ...rows, ""].join("\r\n");
}

/** A report as JSON Lines: a row each, then the totals and what is missing. */
export function reportJsonl(report: Report): string {
  const lines = [
    ...report.groups.map((group) => ({
      type: "row",
      ...row(report.by, group),
    })),
    ...report.streams.map((stream) => ({
      type: "interface",
      host: stream.host,
      interface: stream.interface,
      captures: stream.captures,
      covered: stream.covered / 1000,
      first: iso(stream.first),
      last: iso(stream.last),
      gaps: stream.gaps,
      longestGap: stream.longestGap && {
        from: iso(stream.longestGap.from),
        to: iso(stream.longestGap.to),
      },
    })),
    ...report.incomplete.map(({ start, ...run }) => ({
      type: "incomplete",
      ...run,
      start: iso(start),
    })),
    {
      type: "summary",
      ticks: report.ticks,
      hidden: report.hidden,
      ...Object.fromEntries(
        Object.entries(report.sums).map(([name, { packets, bytes }]) => [
          name,
          { packets: exactInteger(packets), bytes: exactInteger(bytes) },
        ]),
      ),
    },
  ];
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

function row(by: string, group: Group) {
  return {
    [by]: group.key,
    packets: exactInteger(group.packets),
    bytes: exactInteger(group.bytes),
    firstSeen: iso(group.firstSeen),
    lastSeen: iso(group.lastSeen),
    busiestMinute: iso(group.busiestMinute),
    busiestMinutePackets: group.busiestPackets,
  };
}

function iso(milliseconds: number): string | null {
  return Number.isFinite(milliseconds)
    ? new Date(milliseconds).toISOString()
    : null;
}
