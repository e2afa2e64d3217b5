/** What ended a run on schedule. */
export type ScheduledEnd = "count" | "duration";

interface ScheduleOptions {
  /** Milliseconds, like all times here. */
  readonly interval: number;
  /** Deadlines until the end; undefined: no such end. */
  readonly count?: number | undefined;
  readonly duration?: number | undefined;
  /** When the first deadline is, if not after a whole interval. */
  readonly first?: number | undefined;
}

/**
 * The deadlines of the ticks: the first, and k x interval after it, whatever a tick
 * costs, so that they do not drift. Times are milliseconds since the start.
 */
export class Schedule {
  #interval: number;
  /** Times are counted from one interval before the first deadline. */
  #lead: number;
  /** Deadlines until the end; Infinity: no such end. */
  #count: number;
  readonly #duration: number;
  /** Deadlines that were reached. */
  #reached = 0;
  /** Deadlines of an interval before, that no tick has stood for. */
  #owed = 0;

  constructor(
    { interval, count, duration = Infinity, first = interval }: ScheduleOptions,
  ) {
    this.#interval = interval;
    this.#lead = interval - first;
    this.#count = count ?? Infinity;
    this.#duration = duration;
  }

  /** When the run is over in any case; Infinity: never. */
  get end(): number {
    return this.#end - this.#lead;
  }

  get #countEnd(): number {
    return this.#count * this.#interval;
  }

  get #durationEnd(): number {
    return this.#duration + this.#lead;
  }

  get #end(): number {
    return Math.min(this.#countEnd, this.#durationEnd);
  }

  /** When the next tick is due. */
  get next(): number {
    const deadline = (this.#reached + 1) * this.#interval;
    return Math.min(deadline, this.#end) - this.#lead;
  }

  /** From `now` on deadlines are `interval` apart; the run ends as it would have. */
  change(interval: number, now: number): void {
    const passed = this.passed(now);
    this.#owed += passed;
    this.#count -= this.#reached + passed;
    this.#reached = 0;
    this.#interval = interval;
    this.#lead = -now;
  }

  /**
   * To be called when a tick is made, at or after its deadline.
   *
   * @returns how many earlier deadlines the tick stands for as well, and what
   * the run ends by, if this is its last tick
   */
  tick(now: number): { skipped: number; end?: ScheduledEnd } {
    const isLast = now >= this.end;
    const passed = this.passed(now);
    // A duration that is no multiple of the interval ends with a short tick.
    const short = isLast && this.#end % this.#interval > 0 ? 1 : 0;
    const skipped = Math.max(0, this.#owed + passed + short - 1);
    this.#reached += passed;
    this.#owed = 0;
    if (!isLast) return { skipped };
    const isCount = this.#countEnd <= this.#durationEnd;
    return { skipped, end: isCount ? "count" : "duration" };
  }

  /** How many deadlines passed since the last tick. */
  passed(now: number): number {
    const until = Math.min(now + this.#lead, this.#end);
    return Math.floor(until / this.#interval) - this.#reached;
  }
}
