/** What a report says in sentences; the text and the HTML page share them. */
import { plural } from "../basics/plural.ts";
import { visible } from "../basics/visible.ts";
import type { CoveredInterface, Stretch } from "./coverage.ts";
import type { Named, Problems } from "./problems.ts";
import type { Report } from "./reporter.ts";
import type { IncompleteRun } from "./runs.ts";
import { timeText } from "./times.ts";

/** Lines of a kind that are shown; the others are only counted. */
const MAX_NAMED = 20;

/** `48 ticks of 2 interfaces on 1 host, 2026-… to 2026-…`. */
export function summary({ interfaces, ticks }: Report): string {
  if (ticks === 0) return "No ticks in these captures";
  const counted = interfaces.filter(hasTicks);
  const hosts = new Set(counted.map(({ host }) => host)).size;
  const from = counted.reduce(
    (most, one) => Math.min(most, one.first),
    Infinity,
  );
  const to = counted.reduce(
    (most, one) => Math.max(most, one.last),
    -Infinity,
  );
  const where = `${plural(counted.length, "interface")} on ${
    plural(hosts, "host")
  }`;
  return `${plural(ticks, "tick")} of ${where}, ${timeText(from)} to ${
    timeText(to)
  }`;
}

const CSV_NOTE =
  "CSV has no end records: ticks that are lost at the end of a run cannot be seen";

/**
 * Lines about gaps, incomplete runs, and what was read wrong or twice, or one that
 * says there is nothing of the kind.
 */
export function trust(report: Report, problems: Problems): string[] {
  const { screens, hasCsv } = report;
  const lines = [
    ...(screens > 0 ? [partLine(screens)] : []),
    ...doubts(report, problems),
  ];
  const nothing =
    "no gap of a second or more, no incomplete run, no broken line";
  if (!hasCsv) {
    return lines.length > 0 ? lines : [`Nothing is missing: ${nothing}`];
  }
  return lines.length > 0
    ? [...lines, CSV_NOTE]
    : [`Nothing is known to be missing: ${nothing}; but ${CSV_NOTE}`];
}

function partLine(screens: number): string {
  return `Part: ${
    plural(screens, "screen")
  } of top: what was counted before and after is not here`;
}

/** Lines about what is missing or was read wrong; empty: there is nothing of the kind. */
export function doubts(report: Report, problems: Problems): string[] {
  const { interfaces, incomplete } = report;
  return [
    ...(report.ticks === 0 ? ["No ticks in this window"] : []),
    ...firstOf(
      interfaces.filter((one) => !hasTicks(one)).map((one) =>
        visible(
          `Gaps: ${one.host} ${one.interface}: it has no tick in this window: it is not covered at all`,
        )
      ),
    ),
    ...(report.bys.length > 1 ? [mixedLine(report.bys)] : []),
    ...(report.unknown.length > 0 ? [unknownLine(report.unknown)] : []),
    ...interfaces.filter(({ gaps }) => gaps.count > 0).map(gapLine),
    ...interfaces.filter(({ overlaps }) => overlaps.count > 0).map(overlapLine),
    ...firstOf(incomplete.map(incompleteLine)),
    ...firstOf(problems.unread.map((file) => `Not read: ${file}`)),
    ...firstOf(problems.unusable.map((file) => `Not a capture: ${file}`)),
    ...named("Broken", "line", problems.broken),
    ...named(
      "Conflicts: of records that differ one counts; not counted",
      "record",
      problems.conflicts,
    ),
    ...named(
      "Doubled: records that a file has twice count once",
      "record",
      problems.doubled,
    ),
    ...firstOf(
      problems.copies.map(({ file, count }) =>
        `Copies: ${file}: ${
          plural(count, "record")
        } of other files, too: counted once`
      ),
    ),
    ...(report.isBusiestLeast
      ? [
        "Busiest minutes: the ticks are out of order on standard input; a minute may have had more",
      ]
      : []),
  ];
}

/** Whether counts are missing or cannot be relied on: exit code 8. Gaps between runs are usual. */
export function isIncomplete(report: Report, problems: Problems): boolean {
  return report.ticks === 0 || report.bys.length > 1 ||
    report.unknown.length > 0 ||
    report.incomplete.length > 0 ||
    problems.isIncomplete;
}

function hasTicks({ first }: CoveredInterface): boolean {
  return Number.isFinite(first);
}

function unknownLine(fields: readonly string[]): string {
  return `Unknown: some captures do not count by ${
    fields.join(" and by ")
  }: their rows have a ? there`;
}

function mixedLine(bys: readonly string[]): string {
  return visible(
    `Mixed: the captures count by ${
      bys.join(" and by ")
    }: their rows are apart, but the total has the packets of all`,
  );
}

function named(
  what: string,
  noun: string,
  { count, examples }: Named,
): string[] {
  return count === 0 ? [] : [
    `${what}: ${plural(count, noun)}`,
    ...examples.map((example) => `  ${example}`),
  ];
}

function firstOf(lines: readonly string[]): string[] {
  const unnamed = lines.length - MAX_NAMED;
  return [
    ...lines.slice(0, MAX_NAMED),
    ...(unnamed > 0 ? [`and ${unnamed} more`] : []),
  ];
}

function incompleteLine(
  { host, interface: name, start, run, why }: IncompleteRun,
): string {
  return visible(
    `Incomplete: ${host} ${name} from ${timeText(start)} (run ${run}): ${why}`,
  );
}

function gapLine(covered: CoveredInterface): string {
  const { host, interface: name, gaps, captures, from, to } = covered;
  const longest = gaps.longest!;
  const share = (100 * covered.covered / (to - from)).toFixed(1);
  return visible(
    `Gaps: ${host} ${name}: ${plural(gaps.count, "gap")}, ${
      plural(captures, "capture")
    }, ${share}% of the time is covered; the longest is ${span(longest)}, ${
      placeOf(longest)
    }`,
  );
}

function placeOf({ runs: [before, after] }: Stretch): string {
  if (before === null) return `before run ${after}`;
  if (after === null) return `after run ${before}`;
  return before === after
    ? `in run ${before}`
    : `between runs ${before} and ${after}`;
}

function overlapLine(
  { host, interface: name, overlaps }: CoveredInterface,
): string {
  const longest = overlaps.longest!;
  const [one, other] = longest.runs;
  return visible(
    `Overlap: ${host} ${name}: two runs at the same time, ${
      plural(overlaps.count, "time")
    }; the longest is ${
      span(longest)
    }, runs ${one} and ${other}: either two machines have this name, or one interface was counted twice, and its packets are here twice`,
  );
}

function span({ from, to }: Stretch): string {
  return `${timeText(from)} to ${timeText(to)}`;
}
