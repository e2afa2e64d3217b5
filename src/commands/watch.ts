import type { Logger } from "@std/log/logger";
import type { WatchOptions } from "../cli/parse.ts";
import { bootTime } from "../clock.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { CallError } from "../ffi/errno.ts";
import { RecordSink } from "../sink/records.ts";
import { ReaderGone } from "../sink/stdout.ts";
import { StopRequest } from "../stop.ts";
import type { EndReason } from "../tally/records.ts";
import { Schedule } from "../tally/schedule.ts";
import { VERSION } from "../version.ts";
import { attachAll } from "./setup.ts";
import { Watched } from "./watched.ts";

/** Counts and logs until the run ends, then detaches and logs the whole of it. */
export async function watch(
  options: WatchOptions,
  log: Logger,
): Promise<ExitCode> {
  using stop = new StopRequest();
  using stack = new DisposableStack();
  const sink = new RecordSink(options.format, stop);
  const origin = { host: Deno.hostname(), run: crypto.randomUUID() };

  const all = attachAll(options, log, stack).map((attached) => {
    const { interface: netInterface, object, link, start } = attached;
    const identity = { ...origin, interface: netInterface.name };
    const watched = new Watched(
      netInterface,
      object,
      link,
      start,
      identity,
      options,
    );
    sink.start({
      ...identity,
      ifindex: netInterface.index,
      mode: link.mode,
      version: VERSION,
      start: new Date(start.wall),
      interval: options.interval / 1000,
    });
    return watched;
  });
  log.info(howToStop(options));

  const loop = new Loop(all, sink, log);
  try {
    await loop.run(new Schedule(options), stop);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
  return loop.exitCode;
}

function howToStop({ count, duration }: WatchOptions): string {
  const ends = [
    ...(count === undefined
      ? []
      : [`after ${count} tick${count === 1 ? "" : "s"}`]),
    ...(duration === undefined ? [] : [`after ${duration / 1000} s`]),
  ];
  return ends.length === 0
    ? "Press Ctrl-C to stop and detach"
    : `Stops and detaches ${ends.join(" or ")}; Ctrl-C does it earlier`;
}

/** The ticks of all interfaces. */
class Loop {
  #live: readonly Watched[];
  readonly #sink: RecordSink;
  readonly #log: Logger;
  readonly #exitCodes = new Set<ExitCode>();
  readonly #said = new Set<string>();

  constructor(all: readonly Watched[], sink: RecordSink, log: Logger) {
    this.#live = all;
    this.#sink = sink;
    this.#log = log;
  }

  /** The weightiest of the codes that fit. */
  get exitCode(): ExitCode {
    return BY_WEIGHT.find((code) => this.#exitCodes.has(code)) ?? EXIT.done;
  }

  /** Ticks until the schedule, a signal or the last interface ends it. */
  async run(schedule: Schedule, stop: StopRequest): Promise<void> {
    const start = bootTime();
    const flush = () => this.#sink.flush(start + schedule.end - bootTime());
    await flush();
    while (this.#live.length > 0) {
      const due = start + schedule.next;
      for (let now; !stop.isRequested && (now = bootTime()) < due;) {
        await stop.sleep(due - now);
      }
      this.#turn(schedule, bootTime() - start, stop.isRequested);
      await flush();
    }
  }

  /** One tick, or the last one. */
  #turn(schedule: Schedule, now: number, isStopRequested: boolean): void {
    if (isStopRequested) {
      const skipped = schedule.passed(now);
      this.#finishLost(skipped);
      this.#finish(this.#live, "signal", skipped);
      return;
    }
    const { skipped, end } = schedule.tick(now);
    this.#finishLost(skipped);
    if (end === undefined) this.#tick(skipped);
    else this.#finish(this.#live, end, skipped);
    for (const watched of this.#live) this.#remark(watched);
  }

  /** Says what an operator would want to know, once. */
  #remark(watched: Watched): void {
    const { name } = watched.interface;
    const { currentName, isFull } = watched;
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
  }

  #once(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#log.warn(message);
  }

  /** One window of each interface. What cannot be read now is read later. */
  #tick(skipped: number): void {
    const live = this.#live;
    for (const watched of live) {
      this.#attempt([watched], () => watched.retire(skipped));
    }
    const isQuiet = this.#attempt(live, () => (live[0]?.waitForAll(), true));
    if (!isQuiet) return;
    for (const watched of live) {
      this.#attempt([watched], () => {
        for (const record of watched.read()) this.#sink.tick(record);
      });
    }
  }

  /** Ends the interfaces that vanished or were detached by somebody else. */
  #finishLost(skipped: number): void {
    for (const watched of this.#live) {
      const { name } = watched.interface;
      const reason = this.#attempt([watched], () => watched.lost());
      if (reason === undefined) continue;
      this.#log.error(`Cannot go on with "${name}": ${LOST[reason]}`);
      this.#exitCodes.add(EXIT.noInterface);
      this.#finish([watched], reason, skipped);
    }
  }

  /** Detaches, reads what is left, and makes the end records. */
  #finish(
    ending: readonly Watched[],
    reason: EndReason,
    skipped: number,
  ): void {
    for (const watched of ending) watched.detach(skipped);
    this.#live = this.#live.filter((watched) => !ending.includes(watched));
    const isQuiet = this.#insist(ending, () => ending[0]?.waitForAll());
    for (const watched of ending) {
      if (!isQuiet) watched.markIncomplete();
      this.#insist([watched], () => {
        for (const record of watched.read()) this.#sink.tick(record);
      });
      this.#sink.end(watched.end(reason));
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
  "detached": "somebody detached the XDP program",
} as const;

/** Which exit code wins where several fit. */
const BY_WEIGHT = [EXIT.output, EXIT.noInterface, EXIT.incomplete] as const;
