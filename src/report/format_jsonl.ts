/** `report --format jsonl`: all that a report says, for programs. */
import { exactInteger } from "../basics/exact_integer.ts";
import type { Group } from "./groups.ts";
import type { Report } from "./reporter.ts";
import { isoTime } from "./times.ts";

/**
 * A report as JSON Lines: a `row` for each group, an `interface` for each
 * interface with its gaps, an `incomplete` for each incomplete run, and a
 * `summary`.
 */
export function reportJsonl(report: Report): string {
  const lines = [
    ...report.groups.map((group) => ({
      type: "row",
      ...rowOf(report.by, group),
    })),
    ...report.interfaces.map((covered) => ({
      type: "interface",
      host: covered.host,
      interface: covered.interface,
      captures: covered.captures,
      covered: covered.covered / 1000,
      first: isoTime(covered.first),
      last: isoTime(covered.last),
      gaps: covered.gaps,
      longestGap: covered.longestGap && {
        from: isoTime(covered.longestGap.from),
        to: isoTime(covered.longestGap.to),
      },
    })),
    ...report.incomplete.map(({ start, ...run }) => ({
      type: "incomplete",
      ...run,
      start: isoTime(start),
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

function rowOf(by: string, group: Group) {
  return {
    [by]: group.key,
    packets: exactInteger(group.packets),
    bytes: exactInteger(group.bytes),
    firstSeen: isoTime(group.firstSeen),
    lastSeen: isoTime(group.lastSeen),
    busiestMinute: isoTime(group.busiestMinute),
    busiestMinutePackets: group.busiestPackets,
  };
}
