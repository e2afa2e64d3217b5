/** What ended a run on schedule. */
export type ScheduledEnd = "count" | "duration";

export interface ScheduleOptions {
  /** Milliseconds, like all times here. */
  readonly interval: number;
  /** Deadlines until the end; undefined: no such end. */
  readonly count?: number | undefined;
  readonly duration?: number | undefined;
}

/**
 * The deadlines of the ticks: k x interval after the start, whatever a tick
 * costs, so that they do not drift. Times are milliseconds since the start.
 */
export class Schedule {
  readonly #interval: number;
  readonly #end: number;
  readonly #endReason: ScheduledEnd;
  /** Deadlines that were reached. */
  #reached = 0;

  constructor({ interval, count, duration = Infinity }: ScheduleOptions) {
    const countEnd = count === undefined ? Infinity : count * interval;
    this.#interval = interval;
    this.#end = Math.min(countEnd, duration);
    this.#endReason = countEnd <= duration ? "count" : "duration";
  }

  /** When the run is over in any case; Infinity: never. */
  get end(): number {
    return this.#end;
  }

  /** When the next tick is due. */
  get next(): number {
    return Math.min((this.#reached + 1) * this.#interval, this.#end);
  }

  /**
   * To be called when a tick is made, at or after its deadline.
   *
   * @returns how many earlier deadlines the tick stands for as well, and what
   * the run ends by, if this is its last tick
   */
  tick(now: number): { skipped: number; end?: ScheduledEnd } {
    const isLast = now >= this.#end;
    const passed = this.passed(now);
    // A duration that is no multiple of the interval ends with a short tick.
    const short = isLast && this.#end % this.#interval > 0 ? 1 : 0;
    const skipped = Math.max(0, passed + short - 1);
    this.#reached += passed;
    return isLast ? { skipped, end: this.#endReason } : { skipped };
  }

  /** How many deadlines passed since the last tick. */
  passed(now: number): number {
    const until = Math.min(now, this.#end);
    return Math.floor(until / this.#interval) - this.#reached;
  }
}
