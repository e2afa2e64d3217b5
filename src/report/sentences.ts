/** What a report says in sentences; the text and the HTML page share them. */
import { plural } from "../basics/plural.ts";
import type { CoveredInterface } from "./coverage.ts";
import type { Report } from "./reporter.ts";
import { timeText } from "./times.ts";

/** Lines of captures that could not be read as records. */
export interface BrokenLines {
  readonly count: number;
  /** `file:line: why` of the first of them. */
  readonly examples: readonly string[];
}

/** Incomplete runs that are named; the others are only counted. */
const MAX_NAMED = 20;

/** `48 ticks of 2 interfaces on 1 host, 2026-… to 2026-…`. */
export function summary({ interfaces, ticks }: Report): string {
  if (ticks === 0) return "No ticks in these captures";
  const hosts = new Set(interfaces.map(({ host }) => host)).size;
  const from = Math.min(...interfaces.map(({ first }) => first));
  const to = Math.max(...interfaces.map(({ last }) => last));
  const where = `${plural(interfaces.length, "interface")} on ${
    plural(hosts, "host")
  }`;
  return `${plural(ticks, "tick")} of ${where}, ${timeText(from)} to ${
    timeText(to)
  }`;
}

/** Lines about gaps, incomplete runs and broken lines, or one that says there are none. */
export function trust(
  { interfaces, incomplete }: Report,
  broken: BrokenLines,
): string[] {
  const withGaps = interfaces.filter(({ gaps }) => gaps > 0);
  if (withGaps.length + incomplete.length + broken.count === 0) {
    return ["Nothing is missing: no gap, no incomplete run, no broken line"];
  }
  const unnamed = incomplete.length - MAX_NAMED;
  return [
    ...withGaps.map(gapLine),
    ...incomplete.slice(0, MAX_NAMED).map((run) =>
      `Incomplete: ${run.host} ${run.interface} from ${
        timeText(run.start)
      } (run ${run.run}): ${run.why}`
    ),
    ...(unnamed > 0 ? [`and ${unnamed} more`] : []),
    ...(broken.count > 0 ? [`Broken: ${plural(broken.count, "line")}`] : []),
    ...broken.examples.map((example) => `  ${example}`),
  ];
}

function gapLine(covered: CoveredInterface): string {
  const { from, to } = covered.longestGap!;
  const span = covered.last - covered.first;
  const share = (100 * covered.covered / span).toFixed(1);
  return `Gaps: ${covered.host} ${covered.interface}: ${
    plural(covered.gaps, "gap")
  } between ${
    plural(covered.captures, "capture")
  }, ${share}% of the time is covered; the longest is ${timeText(from)} to ${
    timeText(to)
  }`;
}
