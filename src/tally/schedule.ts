/** When ticks are due and a run ends, without a clock of its own. */

/** Which option ended a run on schedule. */
export type ScheduledEnd = "count" | "duration";

interface ScheduleOptions {
  /** Milliseconds, as are all times here. */
  readonly interval: number;
  /** Deadlines until the end; undefined: no limit. */
  readonly count?: number | undefined;
  /** Time until the end; undefined: no limit. */
  readonly duration?: number | undefined;
  /** Time of the first deadline; by default one interval. */
  readonly first?: number | undefined;
}

/**
 * How old the last tick may be, in ms, before something is wrong: three intervals,
 * and what reading a large table takes.
 */
export function lateAfter(interval: number): number {
  return 3 * interval + 5000;
}

/**
 * The deadlines of ticks: the first, and every interval after it. They do not
 * drift, however long a tick takes. Times are milliseconds since the start.
 *
 * @example
 * const schedule = new Schedule({ interval: 1000, count: 2 });
 * schedule.next; // 1000
 * schedule.tick(1003); // { skipped: 0 }
 * schedule.tick(2001); // { skipped: 0, end: "count" }
 */
export class Schedule {
  #interval: number;
  /** Times are counted from one interval before the first deadline. */
  #lead: number;
  /** Deadlines until the end; Infinity: no limit. */
  #count: number;
  readonly #duration: number;
  /** Deadlines reached so far. */
  #reached = 0;
  /** Deadlines before a change of the interval that no tick has covered yet. */
  #owed = 0;

  constructor(
    { interval, count, duration = Infinity, first = interval }: ScheduleOptions,
  ) {
    this.#interval = interval;
    this.#lead = interval - first;
    this.#count = count ?? Infinity;
    this.#duration = duration;
  }

  /** When the run ends; Infinity: never. */
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

  /** Changes the interval from `now` on. The duration and the number of ticks stay. */
  change(interval: number, now: number): void {
    const passed = this.passed(now);
    this.#owed += passed;
    this.#count -= this.#reached + passed;
    this.#reached = 0;
    this.#interval = interval;
    this.#lead = -now;
  }

  /**
   * Call at each tick, at or after its deadline.
   *
   * @returns how many missed deadlines the tick covers besides its own, and what
   * ends the run, if this is the last tick
   */
  tick(now: number): { skipped: number; end?: ScheduledEnd } {
    const isLast = now >= this.end;
    const passed = this.passed(now);
    // If the duration is not a multiple of the interval, the last tick is shorter.
    const short = isLast && this.#end % this.#interval > 0 ? 1 : 0;
    const skipped = Math.max(0, this.#owed + passed + short - 1);
    this.#reached += passed;
    this.#owed = 0;
    if (!isLast) return { skipped };
    const isCount = this.#countEnd <= this.#durationEnd;
    return { skipped, end: isCount ? "count" : "duration" };
  }

  /** Deadlines that have passed since the last tick. */
  passed(now: number): number {
    const until = Math.min(now + this.#lead, this.#end);
    return Math.floor(until / this.#interval) - this.#reached;
  }
}
