import { isoSeconds } from "../basics/iso_time.ts";
import { plural } from "../basics/plural.ts";
import { formatBytes } from "../formats/text.ts";
import type { Stream } from "./coverage.ts";
import type { Group } from "./groups.ts";
import type { Report } from "./report.ts";

const HEADS: Record<Report["by"], string> = {
  source: "SOURCE",
  hour: "HOUR",
  host: "HOST",
  interface: "INTERFACE",
};

/** Lines that were no records, by file. */
export interface BrokenLines {
  readonly count: number;
  /** `file:line: why`, of the first of them. */
  readonly examples: readonly string[];
}

const MOST_NAMED = 20;

/** The report as a table for people, then what is not whole. */
export function reportText(report: Report, broken: BrokenLines): string {
  const { groups, sums, hidden } = report;
  const rows = groups.map((group) => cells(group, sums.total.packets));
  const lines = [
    summary(report),
    "",
    ...table([[
      HEADS[report.by],
      "PACKETS",
      "SHARE",
      "BYTES",
      "FIRST SEEN",
      "LAST SEEN",
      "BUSIEST MINUTE",
    ], ...rows]),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    "",
    `total ${sums.total.packets} packets, ${
      formatBytes(sums.total.bytes)
    }: others ${sums.others.packets}, untracked ${sums.untracked.packets}, non-IP ${sums.nonIp.packets}, malformed ${sums.malformed.packets}${
      sums.filtered.packets > 0n ? `, filtered ${sums.filtered.packets}` : ""
    }`,
    "",
    ...trust(report, broken),
  ];
  return lines.join("\n") + "\n";
}

export function summary({ streams, ticks }: Report): string {
  const hosts = new Set(streams.map(({ host }) => host)).size;
  const from = Math.min(...streams.map(({ first }) => first));
  const to = Math.max(...streams.map(({ last }) => last));
  if (ticks === 0) return "No ticks in these captures";
  return `${plural(ticks, "tick")} of ${
    plural(streams.length, "interface")
  } on ${plural(hosts, "host")}, ${time(from)} to ${time(to)}`;
}

function cells(group: Group, total: bigint): string[] {
  const share = total === 0n
    ? 0
    : Number(group.packets * 10_000n / total) / 100;
  return [
    group.key,
    String(group.packets),
    `${share.toFixed(2)}%`,
    formatBytes(group.bytes),
    time(group.firstSeen),
    time(group.lastSeen),
    `${time(group.busiestMinute).slice(0, 16)}Z (${group.busiestPackets})`,
  ];
}

/** Columns of even width; numbers to the right. */
function table(rows: string[][]): string[] {
  const RIGHT = new Set([1, 2, 3]);
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row.map((cell, at) =>
      RIGHT.has(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)
    )
      .join("  ").trimEnd()
  );
}

/** Whether anything is incomplete, each thing by its name. */
export function trust(
  { streams, incomplete }: Report,
  broken: BrokenLines,
): string[] {
  const gaps = streams.filter(({ gaps }) => gaps > 0);
  if (gaps.length + incomplete.length + broken.count === 0) {
    return ["Nothing is missing: no gap, no incomplete run, no broken line"];
  }
  return [
    ...gaps.map(gapLine),
    ...named(
      incomplete,
      (run) =>
        `Incomplete: ${run.host} ${run.interface} from ${
          time(run.start)
        } (run ${run.run}): ${run.why}`,
    ),
    ...(broken.count > 0 ? [`Broken: ${plural(broken.count, "line")}`] : []),
    ...broken.examples.map((example) => `  ${example}`),
  ];
}

function gapLine(stream: Stream): string {
  const { from, to } = stream.longestGap!;
  const span = stream.last - stream.first;
  const share = (100 * stream.covered / span).toFixed(1);
  return `Gaps: ${stream.host} ${stream.interface}: ${
    plural(stream.gaps, "gap")
  } between ${
    plural(stream.captures, "capture")
  }, ${share}% of the time is covered; the longest is ${time(from)} to ${
    time(to)
  }`;
}

function named<T>(items: readonly T[], line: (item: T) => string): string[] {
  const more = items.length - MOST_NAMED;
  return [
    ...items.slice(0, MOST_NAMED).map(line),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

/** `2026-11-22T14:30:01Z`; `-` if there is no such time. */
export function time(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "-";
  return isoSeconds(new Date(milliseconds));
}
