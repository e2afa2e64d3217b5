/** What the captures have of one run on one interface, in whatever order it comes. */
import type {
  CaptureRecord,
  ClassCount,
  ClassCounts,
  EndOfRun,
  RunName,
  Tick,
} from "./capture_record.ts";
import { type Mark, TickMarks } from "./tick_marks.ts";
import { type Covered, TickRanges } from "./tick_ranges.ts";

/** The ticks that count: those that end after `since`, and not after `until` (ms since 1970). */
export interface TimeSpan {
  readonly since: number;
  readonly until: number;
  /** Up to when interfaces should be covered, if it is not `until`: now, say. */
  readonly coveredUntil?: number;
}

/** Whether a tick that ends at that time counts. */
export function isWithin({ since, until }: TimeSpan, end: number): boolean {
  return end > since && end <= until;
}

/** Whether a record has packets of sources that it does not name. */
export function hasUnnamed({ others, untracked }: ClassCounts): boolean {
  return !isNone(others) || !isNone(untracked);
}

function isNone({ packets, bytes }: ClassCount): boolean {
  return packets === 0 && bytes === 0;
}

/** Hosts of a run that are kept: the first in alphabetical order. */
const MOST_HOSTS = 5;

/** The marks of the start and the end record, in front of those of the ticks. */
const START = 0, END = 1;

/**
 * The number of a record in its run, which no two have that differ. A run that goes
 * on has an end record for each time that it was exported; their numbers are below 0.
 */
export function numberOf(record: CaptureRecord): number {
  if (record.type === "tick") return END + record.seq;
  if (record.type === "start") return START;
  return goesOn(record) ? START - 1 - record.ticks : END;
}

function goesOn({ reason }: EndOfRun): boolean {
  return reason === "so far";
}

/**
 * Gathers the records of a run. Records of a run are known by their number, so the
 * same record counts once, from however many files it comes.
 */
export class RunHistory {
  readonly #marks = new TickMarks();
  /** All ticks that were read, and those that count. */
  readonly all = new TickRanges();
  readonly counted: TickRanges;
  /** The hosts that the records name, sorted: one, unless they were changed. */
  readonly hosts: string[] = [];
  /** When it began, in ms since 1970, as its start record says. */
  start: number | undefined;
  /** The longest a tick should be, in ms, as its start record says. */
  interval: number | undefined;
  /** Whether time between its ticks is not covered; else the clock was set. */
  hasPauses = false;
  #end: EndOfRun | undefined;
  /** What its rows stand for; undefined: only CSV was read, which does not say it. */
  by: string | undefined;
  /** Whether only CSV has it, which has no start and no end records. */
  isCsv = true;
  /** Ticks that count and say that they are incomplete. */
  incompleteTicks = 0;
  /** Whether any tick says so, also one that does not count. */
  hasIncompleteTick = false;
  /** The sum over all ticks of what they say of their sources; see `RowSums`. */
  linear = 0;
  /** Whether any tick has packets of sources that it does not name. */
  hasUnnamed = false;
  /** Start and length of the latest tick that was read, in ms. */
  latest = -Infinity;
  latestLength = 0;

  readonly run: string;
  readonly interface: string;
  readonly isOut: boolean;

  /**
   * @param number numbers runs from 0
   * @param id says `run`, interface and direction, which no two runs share
   */
  constructor(
    readonly number: number,
    readonly id: string,
    name: RunName,
    { since, until }: TimeSpan,
  ) {
    const isLimited = since > -Infinity || until < Infinity;
    this.counted = isLimited ? new TickRanges() : this.all;
    this.run = name.run;
    this.interface = name.interface;
    this.isOut = name.isOut;
  }

  /** Its end, or the last time that it was exported, if there are no ticks after that. */
  get end(): EndOfRun | undefined {
    const end = this.#end;
    const last = this.all.sorted.at(-1)?.to ?? 0;
    return end !== undefined && goesOn(end) && last > end.ticks
      ? undefined
      : end;
  }

  #takeEnd(end: EndOfRun): void {
    const known = this.#end;
    const isLater = known === undefined ||
      goesOn(known) && (!goesOn(end) || end.ticks > known.ticks);
    if (isLater) this.#end = end;
  }

  /** The time that its ticks cover, of those that count. */
  get stretches(): readonly Covered[] {
    return this.hasPauses ? this.counted.stretches : this.counted.sorted;
  }

  /** How long its ticks are, in ms: as its start record says, or on average. */
  get tickLength(): number {
    const ranges = this.all.sorted;
    const time = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    const ticks = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return this.interval ?? time / Math.max(1, ticks);
  }

  /** Whether it had begun then, in ms since 1970, and its first tick was not due yet. */
  isWaitingAt(time: number): boolean {
    const { start, interval, latest } = this;
    return latest === -Infinity && start !== undefined &&
      interval !== undefined && start <= time && start + interval > time;
  }

  /** Takes the host that a record names. */
  addHost(host: string): void {
    if (this.hosts.includes(host)) return;
    this.hosts.push(host);
    this.hosts.sort();
    if (this.hosts.length > MOST_HOSTS) this.hosts.pop();
  }

  /** Marks a record as read. @returns what was known of it before */
  mark(record: CaptureRecord, file: number): Mark {
    return this.#marks.mark(numberOf(record), record.hash, file);
  }

  /** Takes a record that was not taken before. */
  take(record: CaptureRecord, span: TimeSpan): void {
    this.isCsv &&= record.isCsv;
    this.by ??= record.by;
    if (record.type === "start") {
      this.start = record.start;
      this.interval = record.interval;
      this.hasPauses = record.isOfFile;
    } else if (record.type === "end") this.#takeEnd(record);
    else this.#takeTick(record, span);
  }

  #takeTick(tick: Tick, span: TimeSpan): void {
    const { seq, start, end, isComplete, linear, counts } = tick;
    this.all.add(seq, start, end);
    if (end > this.latest) {
      this.latest = end;
      this.latestLength = end - start;
    }
    this.hasIncompleteTick ||= !isComplete;
    this.linear = this.linear + linear | 0;
    this.hasUnnamed ||= hasUnnamed(counts);
    if (!isWithin(span, end)) return;
    if (this.counted !== this.all) this.counted.add(seq, start, end);
    if (!isComplete) this.incompleteTicks++;
  }
}
