/** How much of the time the runs of an interface cover: gaps, and runs at the same time. */
import type { RunHistory } from "./run_history.ts";

/** A stretch of time, in ms since 1970, and the runs on both of its sides. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Equal: it is inside one run. Null: there is no run on that side. */
  readonly runs: readonly [string | null, string | null];
}

/** Stretches of one kind: how many, and the longest one. */
export interface Stretches {
  readonly count: number;
  /** The first of the longest ones; undefined: there is none. */
  readonly longest: Stretch | undefined;
}

/** One interface of one host, and how much of the time its captures cover. */
export interface CoveredInterface {
  readonly host: string;
  /** `eth0`, or `eth0 out`: each direction has ticks of its own. */
  readonly interface: string;
  /** Runs with a tick that counts, or with a start that does. */
  readonly captures: number;
  /** Milliseconds covered by ticks, of those between `from` and `to`. */
  readonly covered: number;
  /** What should be covered: what was asked for, or from the first tick to the last. */
  readonly from: number;
  readonly to: number;
  /** Start of the first tick and end of the last, in ms since 1970; infinite: there is none. */
  readonly first: number;
  readonly last: number;
  /** Time that no capture covers. */
  readonly gaps: Stretches;
  /** Time that two runs cover. */
  readonly overlaps: Stretches;
}

/** Ticks of a run follow each other directly; another run takes a moment to start. */
const SHORTEST_GAP = 1000;
/** Times are rounded to 1 ms, and clocks are adjusted a little. */
const SHORTEST_OVERLAP = 50;

/** A part of a run without missing ticks. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly run: string;
  /** Of one tick, in ms. */
  readonly tickLength: number;
}

/** The time that should be covered, in ms since 1970; infinite: from the first tick, or to the last. */
interface Edges {
  readonly from: number;
  readonly to: number;
}

/** Computes the coverage of one interface from its runs, in whatever order. */
export function coverageOf(
  host: string,
  name: string,
  runs: readonly RunHistory[],
  edges: Edges,
): CoveredInterface {
  const parts = runs.flatMap(({ run, stretches, tickLength }) =>
    stretches.map(({ start, end }): Part => ({
      from: start,
      to: end,
      run,
      tickLength,
    }))
  ).sort(inOrder);
  const gaps: Stretch[] = [];
  const overlaps: Stretch[] = [];
  const first = parts[0]?.from ?? Infinity;
  const from = Number.isFinite(edges.from) ? edges.from : first;
  if (parts[0] !== undefined && isEdgeGap(first - from, parts[0])) {
    gaps.push({ from, to: first, runs: [null, parts[0].run] });
  }
  let covered = 0;
  /** The part that ends last, of those before the current one. */
  let latest: Part | undefined;
  for (const part of parts) {
    const { from, to, run } = part;
    const last = latest?.to ?? Math.max(from, edges.from);
    covered += Math.max(0, to - Math.max(from, last));
    if (latest !== undefined) {
      const runs = [latest.run, run] as const;
      if (from > last + SHORTEST_GAP) gaps.push({ from: last, to: from, runs });
      const until = Math.min(last, to);
      const isSame = from === latest.from && to === latest.to && to > from;
      const isLong = until > from + SHORTEST_OVERLAP;
      if (run !== latest.run && (isLong || isSame)) {
        overlaps.push({ from, to: until, runs });
      }
    }
    if (latest === undefined || to > latest.to) latest = part;
  }
  const last = latest?.to ?? -Infinity;
  const to = Number.isFinite(edges.to) ? edges.to : last;
  if (latest !== undefined && isEdgeGap(to - last, latest)) {
    gaps.push({ from: last, to, runs: [latest.run, null] });
  }
  return {
    host,
    interface: name,
    captures: runs.length,
    covered,
    from,
    to,
    first,
    last,
    gaps: summed(gaps),
    overlaps: summed(overlaps),
  };
}

/** At an edge the next tick, or the one before, may be cut off by it. */
function isEdgeGap(length: number, { tickLength }: Part): boolean {
  return length > Math.max(SHORTEST_GAP, tickLength);
}

function inOrder(a: Part, b: Part): number {
  return a.from - b.from || a.to - b.to || (a.run < b.run ? -1 : 1);
}

function summed(stretches: readonly Stretch[]): Stretches {
  const longest = stretches.reduce<Stretch | undefined>(
    (most, one) =>
      most === undefined || one.to - one.from > most.to - most.from
        ? one
        : most,
    undefined,
  );
  return { count: stretches.length, longest };
}
