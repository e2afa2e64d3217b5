/** Runs the ticks of all interfaces, as one sequence of records. */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode } from "../basics/errors.ts";
import { CallError, rescue } from "../ffi/errno.ts";
import { ownCounters } from "../net/counters.ts";
import { bootTime } from "../process/clock.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { Limit } from "../tally/limit.ts";
import type {
  EndReason,
  EndRecord,
  RunRecord,
  TickRecord,
} from "../tally/records.ts";
import type { Schedule } from "../tally/schedule.ts";
import type { AbsentInterfaces } from "./absent_interfaces.ts";
import { excess, LOST, weightiest } from "./endings.ts";
import type { InterfaceRun } from "./interface_run.ts";
import type { Succeed } from "./recount.ts";

interface TickOptions {
  readonly stop: StopRequest;
  readonly log: Logger;
  readonly schedule: Schedule;
  /** Ends the session when a source exceeds it. */
  readonly limit: Limit | undefined;
  /** Milliseconds of a whole window. */
  readonly interval: number;
  readonly absent: AbsentInterfaces;
  readonly startOf: (run: InterfaceRun) => RunRecord;
}

/** Milliseconds between two lookups of missing interfaces. */
const LOOK_AGAIN = 250;

/** Attempts to read at the end, when no later tick can try again. */
const TRIES = 5;

/** Ticks on schedule, handles lost interfaces, and collects the exit code. */
export class Ticks {
  readonly #options: TickOptions;
  readonly #log: Logger;
  readonly #schedule: Schedule;
  readonly #absent: AbsentInterfaces;
  #live: readonly InterfaceRun[];
  /** Loads what the runs of now are followed by, before the next tick. */
  #prepare: (() => Succeed | undefined) | undefined;
  #isOver = false;
  /** When the schedule began, in ms since boot. */
  readonly #start = bootTime();
  readonly #exitCodes = new Set<ExitCode>();
  readonly #said = new Set<string>();

  constructor(live: readonly InterfaceRun[], options: TickOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#schedule = options.schedule;
    this.#live = live;
    this.#absent = options.absent;
    this.#remark(live);
  }

  /** The most important of the exit codes that apply. */
  get exitCode(): ExitCode {
    return weightiest(this.#exitCodes);
  }

  /** Milliseconds until the schedule ends the session; Infinity: never. */
  get timeLeft(): number {
    return this.#start + this.#schedule.end - bootTime();
  }

  /** The current runs up to the last tick, as end records. @param top rows, 0 for all */
  soFar(top: number): EndRecord[] {
    return this.#live.map((run) => run.soFar(top));
  }

  /** Changes the interval between ticks, in milliseconds. */
  setInterval(interval: number): void {
    this.#schedule.change(interval, bootTime() - this.#start);
    this.#options.stop.nudge();
  }

  /**
   * Ticks until the schedule, a signal or the loss of the last interface ends the
   * session. See `Session` about the records.
   */
  async *records(): AsyncGenerator<Iterable<RunRecord>> {
    const { stop, startOf } = this.#options;
    const due = () => this.#start + this.#schedule.next;
    yield this.#live.map(startOf);
    while (!this.#isOver) {
      do {
        const next = this.#absent.names.length > 0
          ? bootTime() + LOOK_AGAIN
          : due();
        await stop.sleepUntil(Math.min(next, due()));
        const arrived = this.#startAbsent();
        if (arrived.length > 0) yield arrived.map(startOf);
        if (this.#prepare !== undefined && !stop.isRequested) {
          const turn = this.#replaceAll(this.#prepare);
          yield turn;
          for (const _ of turn);
        }
      } while (!stop.isRequested && bootTime() < due());
      const turn = this.#turn(bootTime() - this.#start);
      yield turn;
      for (const _ of turn); // what was not taken: a turn is made whole
    }
    for (const name of this.#absent.names) {
      this.#log.error(
        `Cannot watch "${name}": the interface is not there`,
      );
      this.#exitCodes.add(EXIT.noInterface);
    }
  }

  /** One tick, or the last one. */
  *#turn(now: number): Generator<RunRecord> {
    const schedule = this.#schedule;
    if (this.#options.stop.isRequested) {
      const skipped = schedule.passed(now);
      yield* this.#finishLost(skipped);
      yield* this.#finish(this.#live, "signal", skipped);
      this.#isOver = true;
      return;
    }
    const { skipped, end } = schedule.tick(now);
    yield* this.#finishLost(skipped);
    if (end === undefined) yield* this.#tick(skipped);
    else yield* this.#finish(this.#live, end, skipped);
    if (this.#exitCodes.has(EXIT.threshold)) {
      this.#isOver = true;
      yield* this.#finish(this.#live, "threshold", 0);
    }
    this.#isOver ||= end !== undefined ||
      this.#live.length + this.#absent.names.length === 0;
    this.#remark(this.#live);
  }

  /** Says what changes the meaning of the records. */
  #remark(runs: readonly InterfaceRun[]): void {
    for (const remark of runs.flatMap((run) => run.remarks)) {
      this.#warnOnce(remark);
    }
  }

  /** Starts the runs of interfaces that have appeared. */
  #startAbsent(): readonly InterfaceRun[] {
    const arrived = this.#absent.start((why) => this.#warnOnce(why));
    this.#remark(arrived);
    this.#live = [...this.#live, ...arrived];
    return arrived;
  }

  /**
   * Has the runs followed by others, before the next tick and without a frame between
   * them.
   *
   * @param prepare called then; undefined: they go on. Only the last one is called
   */
  replaceRuns(prepare: () => Succeed | undefined): void {
    this.#prepare = prepare;
    this.#options.stop.nudge();
  }

  /** Ends the runs that can be followed by another one, and starts those. */
  *#replaceAll(prepare: () => Succeed | undefined): Generator<RunRecord> {
    this.#prepare = undefined;
    const succeed = prepare();
    if (succeed === undefined) return;
    const successors = new Map<InterfaceRun, InterfaceRun>();
    for (const run of this.#live) {
      const next = succeed(run);
      if (next !== undefined) successors.set(run, next);
    }
    this.#live = this.#live.map((run) => successors.get(run) ?? run);
    yield* this.#conclude([...successors.keys()], "recount");
    for (const run of successors.keys()) run.closeMaps();
    for (const run of successors.values()) yield this.#options.startOf(run);
    this.#remark(this.#live);
  }

  /** The records of a run's ended windows; checks each against the limit. */
  *#read(run: InterfaceRun): Generator<TickRecord> {
    for (const record of run.read()) {
      yield record;
      // When a limit has ended the session, the source is named already.
      if (!this.#isOver) this.#checkLimit(run, record);
    }
  }

  #checkLimit(run: InterfaceRun, record: TickRecord): void {
    const { limit, interval } = this.#options;
    // A few packets in a window that was cut short are no rate.
    const seconds = Math.max(record.elapsed, interval / 1000);
    const over = limit && run.sourceOver(limit, seconds);
    if (limit === undefined || over === undefined) return;
    this.#exitCodes.add(EXIT.threshold);
    this.#log.error(excess(over, limit, run.interface.name, seconds));
  }

  #warnOnce(message: string): void {
    if (!this.#said.has(message)) this.#log.warn(message);
    this.#said.add(message);
  }

  /** Ends and reads a window of each run. What cannot be read waits for the next tick. */
  *#tick(skipped: number): Generator<RunRecord> {
    const live = this.#live;
    const counters = ownCounters();
    for (const run of live) {
      this.#attempt([run], () => run.retire(skipped, counters));
    }
    if (!this.#waitForAll(live)) return;
    for (const run of live) yield* this.#attemptEach(run);
  }

  /** Ends the runs of interfaces that vanished or that somebody detached. */
  *#finishLost(skipped: number): Generator<RunRecord> {
    for (const run of this.#live) {
      const { name } = run.interface;
      const reason = this.#attempt([run], () => run.lost());
      if (reason === undefined) continue;
      yield* this.#finish([run], reason, skipped);
      if (reason !== "detached" && this.#absent.areAwaited) {
        this.#log.info(
          reason === "interface-gone"
            ? `Interface "${name}" is gone; waiting for it`
            : `The XDP program of "${name}" is gone, or another one has taken its place; attaching anew`,
        );
        run[Symbol.dispose]();
        this.#absent.add(run.interface.asked);
        continue;
      }
      this.#log.error(`Stopped counting "${name}": ${LOST[reason]}`);
      this.#exitCodes.add(EXIT.noInterface);
    }
  }

  /** Detaches, reads what is left, and yields the end records. */
  *#finish(
    ending: readonly InterfaceRun[],
    reason: EndReason,
    skipped: number,
  ): Generator<RunRecord> {
    this.#remark(ending);
    const counters = ownCounters();
    for (const run of ending) run.detach(skipped, counters);
    this.#live = this.#live.filter((run) => !ending.includes(run));
    yield* this.#conclude(ending, reason);
  }

  /** Reads what is left of runs whose last window has ended, and yields the end records. */
  *#conclude(
    ending: readonly InterfaceRun[],
    reason: EndReason,
  ): Generator<RunRecord> {
    const isQuiet = Array.from({ length: TRIES })
      .some(() => this.#waitForAll(ending));
    for (const run of ending) {
      if (!isQuiet) run.markIncomplete();
      for (let tries = 0; tries < TRIES && run.hasUnread; tries++) {
        yield* this.#attemptEach(run);
      }
      yield run.end(reason);
      const { doubt } = run;
      if (doubt !== undefined) this.#log.warn(doubt);
      if (!run.isComplete) this.#exitCodes.add(EXIT.incomplete);
    }
  }

  /** What `action` returns; undefined, and logged: a call failed. Retrying is safe. */
  #attempt<T>(runs: readonly InterfaceRun[], action: () => T): T | undefined {
    return rescue(action, (error) => this.#logFailure(runs, error));
  }

  /** Whether nothing counts any more into what was retired or detached. */
  #waitForAll(runs: readonly InterfaceRun[]): boolean {
    return this.#attempt(runs, () => (runs[0]?.waitForAll(), true)) ?? false;
  }

  /** The records of a run, as far as they can be read now. */
  *#attemptEach(run: InterfaceRun): Generator<TickRecord> {
    try {
      yield* this.#read(run);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#logFailure([run], error);
    }
  }

  #logFailure(
    runs: readonly InterfaceRun[],
    { message }: CallError,
  ): undefined {
    const names = runs.map((run) => `"${run.interface.name}"`).join(", ");
    this.#log.error(`Cannot read the counts of ${names}: ${message}`);
  }
}
