/** Why the numbers of a run cannot be relied on: what it lacks, and what contradicts itself. */
import { VERDICTS } from "../basics/keys.ts";
import { plural } from "../basics/plural.ts";
import type { Sums } from "./class_sums.ts";
import type { ClassCount, EndOfRun } from "./capture_record.ts";
import {
  hasUnnamed,
  isWithin,
  type RunHistory,
  type TimeSpan,
} from "./run_history.ts";
import type { TickRange } from "./tick_ranges.ts";

/** Consecutive ticks that no capture has, and the time in which they were. */
interface Hole extends Readonly<TickRange> {
  /** Only a part of a hole is meant, and its numbers are estimated. */
  readonly isEstimate?: boolean;
}

/**
 * Lists what is wrong with a run, as far as it concerns the ticks that count.
 *
 * @param sums what all ticks of the run add up to
 * @returns parts of a sentence; empty: nothing is wrong
 */
export function doubtsOf(
  run: RunHistory,
  span: TimeSpan,
  sums: Sums,
  countedUntracked: bigint,
): string[] {
  const { end } = run;
  const holes = holesOf(run);
  const { tickLength } = run;
  const missing = holes.flatMap((hole) => partInside(hole, span, tickLength));
  const isEndInside = end !== undefined && end.end > span.since &&
    end.start <= span.until;
  // What the end record says of ticks that are there, they say themselves.
  const untracked = isEndInside && missing.length > 0
    ? BigInt(end.counts.untracked.packets)
    : countedUntracked;
  return [
    ...startDoubts(run, span),
    ...missingTicks(missing, isInside(run, span) ? end : undefined, sums),
    ...(isEndMissing(run, span)
      ? ["it has no end record: killed, or still running"]
      : []),
    ...(isCountIncomplete(run, span, missing)
      ? ["its counts are incomplete"]
      : []),
    ...(untracked > 0n ? [`${untracked} packets are untracked`] : []),
    ...(isEndInside ? endDoubts(run, end, holes, sums) : []),
    ...(run.hosts.length > 1
      ? [`its records name several hosts: ${run.hosts.join(", ")}`]
      : []),
  ];
}

/**
 * Whether ticks that count are incomplete, or what was counted beside the ticks: a
 * window that could not be read at the end has no tick, so only the end record
 * says so.
 */
function isCountIncomplete(
  { incompleteTicks, hasIncompleteTick, end }: RunHistory,
  span: TimeSpan,
  missing: readonly Hole[],
): boolean {
  if (incompleteTicks > 0) return true;
  if (end === undefined || end.isComplete) return false;
  return missing.length > 0 || !hasIncompleteTick && isWithin(span, end.end);
}

/** When the run began, in ms since 1970: estimated if no record says it. */
function beginningOf({ all, start, end }: RunHistory): number | undefined {
  const [first] = all.sorted;
  const said = start ?? (first?.from === 1 ? first.start : end?.start);
  if (said !== undefined || first === undefined) return said;
  const tick = (first.end - first.start) / (first.to - first.from + 1);
  return first.start - (first.from - 1) * tick;
}

/** The numbers of ticks that no capture has, from 1 to the last one that is known of. */
function holesOf(run: RunHistory): Hole[] {
  const { all, end } = run;
  const holes: Hole[] = [];
  let last = 0;
  let since = beginningOf(run) ?? -Infinity;
  for (const range of all.sorted) {
    if (range.from > last + 1) {
      holes.push({
        from: last + 1,
        to: range.from - 1,
        start: since,
        end: range.start,
      });
    }
    last = range.to;
    since = range.end;
  }
  if (end !== undefined && end.ticks > last) {
    holes.push({ from: last + 1, to: end.ticks, start: since, end: end.end });
  }
  return holes;
}

function startDoubts(run: RunHistory, { since, until }: TimeSpan): string[] {
  if (run.isCsv || run.start !== undefined) return [];
  const began = beginningOf(run);
  const isMissing = began !== undefined && began >= since && began <= until;
  return isMissing ? ["it has no start record"] : [];
}

/**
 * The ticks of a hole that lie between `since` and `until` as a whole, estimated by
 * their length. One that lies across an edge may be in a file of the time outside.
 *
 * @param tickLength in ms; they are longer where the hole is
 * @returns one part or none
 */
function partInside(
  hole: Hole,
  { since, until }: TimeSpan,
  tickLength: number,
): Hole[] {
  const { start, end } = hole;
  if (start >= since && end <= until) return [hole];
  /** Of a tick; times are rounded, and ticks not quite equal. */
  const TOLERANCE = 0.05;
  const average = (end - start) / (hole.to - hole.from + 1);
  const length = Math.max(tickLength, average);
  // Counted from the end: the first tick of a run may be a short one.
  const inside = Math.floor((end - since) / length + TOLERANCE);
  const after = Math.ceil((end - until) / length - TOLERANCE);
  const from = Math.max(hole.from, hole.to - inside + 1);
  const to = Math.min(hole.to, hole.to - after);
  return from <= to ? [{ from, to, start, end, isEstimate: true }] : [];
}

/** Whether all of a run lies between `since` and `until`. */
function isInside(run: RunHistory, { since, until }: TimeSpan): boolean {
  const began = beginningOf(run) ?? -Infinity;
  return began >= since && (run.end?.end ?? Infinity) <= until;
}

/** Whether the run should have ended before `until`, and says nowhere that it did. */
function isEndMissing(run: RunHistory, span: TimeSpan): boolean {
  if (run.isCsv || run.end !== undefined) return false;
  const { start, latest, interval } = run;
  if (latest === -Infinity) {
    return start !== undefined && start >= span.since &&
      start + (interval ?? 0) <= span.until;
  }
  // The next tick may be longer than the latest: the first one is often short.
  return isWithin(span, latest) &&
    latest + (interval ?? run.latestLength) <= span.until;
}

/** @param end says how many packets are missing; undefined: it cannot */
function missingTicks(
  missing: readonly Hole[],
  end: EndOfRun | undefined,
  sums: Sums,
): string[] {
  if (missing.length === 0) return [];
  const MOST_NAMED = 5;
  const numbers = missing.slice(0, MOST_NAMED).map(({ from, to }) =>
    from === to ? `${from}` : `${from} to ${to}`
  );
  const unnamed = missing.length - MOST_NAMED;
  const isOne = missing.length === 1 && missing[0]!.from === missing[0]!.to;
  const about = missing.some(({ isEstimate }) => isEstimate) ? "about " : "";
  const lost = end !== undefined
    ? BigInt(end.counts.total.packets) - sums.total.packets
    : -1n;
  return [
    `${about}${isOne ? "tick" : "ticks"} ${numbers.join(", ")}${
      unnamed > 0 ? ` and ${unnamed} more ranges` : ""
    } ${isOne ? "is" : "are"} missing${
      lost >= 0n ? ` (${plural(lost, "packet")} by its end record)` : ""
    }`,
  ];
}

/** Reasons of an end that nobody asked for. */
const CUT_SHORT = new Set(["interface-gone", "detached", "holder-gone"]);

/** What the end record says of itself, and of ticks that say otherwise. */
function endDoubts(
  run: RunHistory,
  end: EndOfRun,
  holes: readonly Hole[],
  sums: Sums,
): string[] {
  const { reason, ticks } = end;
  const last = run.all.sorted.at(-1)?.to ?? 0;
  return [
    ...(CUT_SHORT.has(reason) ? [`it was cut short (${reason})`] : []),
    ...(last > ticks
      ? [
        `its end record says ${
          plural(ticks, "tick")
        }, but there is tick ${last}`,
      ]
      : holes.length === 0
      ? differences(run, end, sums)
      : []),
  ];
}

/**
 * Where all ticks are there, they add up to the end record. Sources for which the
 * table of the run had no room are untracked there, but not in their ticks.
 */
function differences(
  run: RunHistory,
  { counts, isComplete, linear }: EndOfRun,
  sums: Sums,
): string[] {
  const EQUAL = [
    "total",
    "nonIp",
    "malformed",
    "filtered",
    "undecoded",
    ...VERDICTS,
  ] as const;
  const wrong: string[] = EQUAL.filter((name) => {
    const { packets = 0, bytes = 0 } = counts[name] ?? {};
    return sums[name].packets !== BigInt(packets) ||
      sums[name].bytes !== BigInt(bytes);
  });
  if (isLess(counts.untracked, sums.untracked)) wrong.push("untracked");
  const namesAll = isComplete && !run.hasIncompleteTick &&
    !run.hasUnnamed && !hasUnnamed(counts);
  if (wrong.length === 0 && namesAll && linear !== run.linear) {
    wrong.push("sources");
  }
  return wrong.length === 0
    ? []
    : [`its ticks do not add up to its end record (${wrong.join(", ")})`];
}

function isLess(
  count: ClassCount,
  sum: { packets: bigint; bytes: bigint },
): boolean {
  return BigInt(count.packets) < sum.packets || BigInt(count.bytes) < sum.bytes;
}
