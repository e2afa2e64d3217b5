/** `report --format text`: a table for people. */
import { formatBytes } from "../basics/quantity.ts";
import { visible } from "../basics/visible.ts";
import { namingText } from "../names/naming.ts";
import { verdictsIn } from "./class_sums.ts";
import type { Group } from "./groups.ts";
import type { Problems } from "./problems.ts";
import type { Report } from "./reporter.ts";
import { percentOf } from "../basics/share.ts";
import { addressOf, keyHead, rowName } from "./row_names.ts";
import { summary, trust } from "./sentences.ts";
import { minuteText, timeText } from "./times.ts";

/** The report as a table, its totals, and what is incomplete. */
export function reportText(report: Report, problems: Problems): string {
  const { groups, sums, hidden } = report;
  const rows = groups.map((group) => cellsOf(report, group));
  const rare = (["filtered", "undecoded"] as const)
    .filter((name) => sums[name].packets > 0n)
    .map((name) => `, ${name} ${sums[name].packets}`).join("");
  const verdicts = verdictsIn(sums)
    .map(([name, { packets }]) => `${name} ${packets}`).join(", ");
  const lines = [
    summary(report),
    "",
    ...aligned([[
      visible(keyHead(report)).toUpperCase(),
      "PACKETS",
      "SHARE",
      "BYTES",
      "FIRST SEEN",
      "LAST SEEN",
      "BUSIEST MINUTE",
      ...(report.names === undefined ? [] : ["NAME"]),
    ], ...rows]),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    "",
    `total ${sums.total.packets} packets, ${
      formatBytes(sums.total.bytes)
    }: others ${sums.others.packets}, untracked ${sums.untracked.packets}, non-IP ${sums.nonIp.packets}, malformed ${sums.malformed.packets}${rare}`,
    ...(verdicts === "" ? [] : [`by verdict: ${verdicts}`]),
    ...(sums.others.packets > 0n
      ? [
        `in no row: ${sums.others.packets} packets (others): their ticks list only the first sources (--top), so that rows may have more`,
      ]
      : []),
    "",
    ...trust(report, problems),
  ];
  return lines.join("\n") + "\n";
}

function cellsOf(report: Report, group: Group): string[] {
  const share = percentOf(group.packets, report.sums.total.packets);
  return [
    visible(rowName(report, group)),
    String(group.packets),
    `${share.toFixed(2)}%`,
    formatBytes(group.bytes),
    timeText(group.firstSeen),
    timeText(group.lastSeen),
    `${minuteText(group.busiestMinute)} (${group.busiestPackets})`,
    ...(report.names === undefined
      ? []
      : [namingText(report.names.of(addressOf(group)))]),
  ];
}

/** The columns with numbers, which are aligned to the right. */
const RIGHT = new Set([1, 2, 3]);

/** Joins cells to lines, with columns of even width. */
function aligned(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row.map((cell, at) =>
      RIGHT.has(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)
    ).join("  ").trimEnd()
  );
}
