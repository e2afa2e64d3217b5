import type { Logger } from "@std/log/logger";
import { bootTime } from "../process/clock.ts";
import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import { CallError } from "../ffi/errno.ts";
import { receiveCounters } from "../net/counters.ts";
import { text } from "../formats/text.ts";
import type { Sink } from "../sinks/sink.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { Limit } from "../tally/limit.ts";
import type { EndReason } from "../tally/records.ts";
import type { Schedule } from "../tally/schedule.ts";
import { explainDiscrepancy } from "./crosscheck_warning.ts";
import type { Watched } from "./watched.ts";

/** What a loop needs of the world around it. */
interface LoopOptions {
  readonly sink: Sink;
  readonly stop: StopRequest;
  readonly log: Logger;
  /** Ends the run when a source exceeds it. */
  readonly limit: Limit | undefined;
  /** Interfaces that are missing, and are waited for. */
  readonly absent: readonly string[];
  /** Takes up an interface that is there now; undefined: not yet. */
  readonly takeUp:
    | ((name: string) => readonly Watched[] | undefined)
    | undefined;
}

/** How often an interface that is waited for is looked for, in ms. */
const LOOK_AGAIN = 250;

/** The ticks of all interfaces. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #sink: Sink;
  readonly #log: Logger;
  #live: readonly Watched[];
  #absent: readonly string[];
  #isOver = false;
  /** Deadlines in ms since `#start`, which is in ms since boot. */
  #schedule: Schedule | undefined;
  #start = 0;
  readonly #exitCodes = new Set<ExitCode>();
  readonly #said = new Set<string>();

  constructor(live: readonly Watched[], options: LoopOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#log = options.log;
    this.#live = live;
    this.#absent = options.absent;
  }

  /** The weightiest of the codes that fit. */
  get exitCode(): ExitCode {
    return BY_WEIGHT.find((code) => this.#exitCodes.has(code)) ?? EXIT.done;
  }

  /** Ticks until the schedule, a signal or the last interface ends it. */
  async run(schedule: Schedule): Promise<void> {
    const { stop } = this.#options;
    this.#schedule = schedule;
    const start = this.#start = bootTime();
    const due = () => start + schedule.next;
    const flush = () => this.#sink.flush(start + schedule.end - bootTime());
    await flush();
    while (!this.#isOver) {
      while (!stop.isRequested && bootTime() < due()) {
        const next = this.#absent.length > 0 ? bootTime() + LOOK_AGAIN : due();
        await stop.sleepUntil(Math.min(next, due()));
        if (this.#takeUpAbsent()) await flush();
      }
      this.#turn(schedule, bootTime() - start);
      await flush();
    }
    for (const name of this.#absent) {
      this.#log.error(
        `Cannot find interface "${name}": it was waited for in vain`,
      );
      this.#exitCodes.add(EXIT.noInterface);
    }
  }

  /** Ticks come `interval` ms apart from now on. */
  setInterval(interval: number): void {
    this.#schedule?.change(interval, bootTime() - this.#start);
    this.#options.stop.nudge();
  }

  /** One tick, or the last one. */
  #turn(schedule: Schedule, now: number): void {
    if (this.#options.stop.isRequested) {
      const skipped = schedule.passed(now);
      this.#finishLost(skipped);
      this.#finish(this.#live, "signal", skipped);
      this.#isOver = true;
      return;
    }
    const { skipped, end } = schedule.tick(now);
    this.#finishLost(skipped);
    if (end === undefined) this.#tick(skipped);
    else this.#finish(this.#live, end, skipped);
    if (this.#exitCodes.has(EXIT.threshold)) {
      this.#finish(this.#live, "threshold", 0);
      this.#isOver = true;
    }
    this.#isOver ||= end !== undefined ||
      this.#live.length + this.#absent.length === 0;
    for (const watched of this.#live) this.#remark(watched);
  }

  /** Whether an interface that was waited for is watched now. */
  #takeUpAbsent(): boolean {
    const before = this.#live.length;
    for (const name of this.#absent) {
      const watched = this.#tryTakeUp(name);
      if (watched === undefined) continue;
      this.#live = [...this.#live, ...watched];
      this.#absent = this.#absent.filter((other) => other !== name);
    }
    return this.#live.length > before;
  }

  #tryTakeUp(name: string): readonly Watched[] | undefined {
    try {
      return this.#options.takeUp?.(name);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#once(error.message);
      return undefined;
    }
  }

  /** Writes the records of what was read, and looks at the limit. */
  #write(watched: Watched): void {
    const { limit } = this.#options;
    for (const record of watched.read()) {
      this.#sink.tick(record);
      const over = limit && watched.sourceOver(limit, record);
      if (limit === undefined || over === undefined) continue;
      this.#exitCodes.add(EXIT.threshold);
      this.#log.error(
        `${over.key} exceeds ${limit.text} on "${watched.interface.name}": ${
          limit.unit === "pps"
            ? `${
              Math.round(Number(over.packets) / record.elapsed)
            } packets a second`
            : `${over.bytes} bytes`
        }`,
      );
    }
  }

  /** Logs the run so far. */
  summarize(): void {
    for (const watched of this.#live) {
      this.#log.warn(text.end(watched.soFar()));
    }
  }

  /** Says what an operator would want to know, once. */
  #remark(watched: Watched): void {
    const { name } = watched.interface;
    const { currentName, isFull, hasNewCpu } = watched;
    if (currentName !== undefined && currentName !== name) {
      this.#once(
        `Interface "${name}" is named "${currentName}" now; its records keep the old name`,
      );
    }
    if (isFull) {
      this.#once(
        `More sources on "${name}" than --max-sources: the rest is counted as untracked`,
      );
    }
    if (hasNewCpu) {
      this.#once(
        `A CPU was added since the start: what "${name}" receives on it is counted as untracked; start again to have its sources`,
      );
    }
  }

  #once(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#log.warn(message);
  }

  /** One window of each interface. What cannot be read now is read later. */
  #tick(skipped: number): void {
    const live = this.#live;
    const received = receiveCounters();
    for (const watched of live) {
      this.#attempt([watched], () => watched.retire(skipped, received));
    }
    const isQuiet = this.#attempt(live, () => (live[0]?.waitForAll(), true));
    if (!isQuiet) return;
    for (const watched of live) {
      this.#attempt([watched], () => {
        this.#write(watched);
      });
    }
  }

  /** Ends the interfaces that vanished or were detached by somebody else. */
  #finishLost(skipped: number): void {
    for (const watched of this.#live) {
      const { name } = watched.interface;
      const reason = this.#attempt([watched], () => watched.lost());
      if (reason === undefined) continue;
      this.#finish([watched], reason, skipped);
      if (reason === "interface-gone" && this.#options.takeUp !== undefined) {
        this.#log.info(`Interface "${name}" is gone; waiting for it`);
        watched[Symbol.dispose]();
        this.#absent = [...new Set([...this.#absent, name])];
        continue;
      }
      this.#log.error(`Cannot go on with "${name}": ${LOST[reason]}`);
      this.#exitCodes.add(EXIT.noInterface);
    }
  }

  /** Detaches, reads what is left, and makes the end records. */
  #finish(
    ending: readonly Watched[],
    reason: EndReason,
    skipped: number,
  ): void {
    const received = receiveCounters();
    for (const watched of ending) watched.detach(skipped, received);
    this.#live = this.#live.filter((watched) => !ending.includes(watched));
    const isQuiet = this.#insist(ending, () => ending[0]?.waitForAll());
    for (const watched of ending) {
      if (!isQuiet) watched.markIncomplete();
      this.#insist([watched], () => this.#write(watched));
      this.#sink.end(watched.end(reason));
      const { discrepancy } = watched;
      if (discrepancy !== undefined) {
        this.#log.warn(explainDiscrepancy(watched, discrepancy));
      }
      if (!watched.isComplete) this.#exitCodes.add(EXIT.incomplete);
    }
  }

  /**
   * What `action` returns. A call that fails is logged, and undefined
   * returned: nothing is lost by it, the next attempt goes on from there.
   */
  #attempt<T>(of: readonly Watched[], action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const names = of.map((watched) => `"${watched.interface.name}"`).join(
        ", ",
      );
      this.#log.error(
        `Cannot read the counts of ${names}: ${error.message}`,
      );
      return undefined;
    }
  }

  /** At the end there is no next tick to try again at: a few times at once. */
  #insist(of: readonly Watched[], action: () => void): boolean {
    for (let tries = 0; tries < 5; tries++) {
      if (this.#attempt(of, () => (action(), true))) return true;
    }
    return false;
  }
}

const LOST = {
  "interface-gone": "the interface is gone",
  "detached": "somebody detached the program",
} as const;

/** Which exit code wins where several fit. */
const BY_WEIGHT = [
  EXIT.output,
  EXIT.noInterface,
  EXIT.incomplete,
  EXIT.threshold,
] as const;
