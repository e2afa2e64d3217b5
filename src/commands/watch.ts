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
    const { interface: netInterface, object, link } = attached;
    const identity = { ...origin, interface: netInterface.name };
    const watched = new Watched(netInterface, object, link, identity, options);
    sink.start({
      ...identity,
      ifindex: netInterface.index,
      mode: link.mode,
      version: VERSION,
      start: new Date(watched.start.wall),
      interval: options.interval / 1000,
    });
    return watched;
  });
  log.info(howToStop(options));

  try {
    return await new Loop(all, sink, log).run(new Schedule(options), stop);
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.done;
    throw error;
  }
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

  constructor(all: readonly Watched[], sink: RecordSink, log: Logger) {
    this.#live = all;
    this.#sink = sink;
    this.#log = log;
  }

  async run(schedule: Schedule, stop: StopRequest): Promise<ExitCode> {
    const start = bootTime();
    await this.#sink.flush();
    for (;;) {
      const due = start + schedule.next;
      for (let now; !stop.isRequested && (now = bootTime()) < due;) {
        await stop.sleep(due - now);
      }
      if (stop.isRequested) {
        this.#finish(this.#live, "signal", 0);
        break;
      }
      const { skipped, end } = schedule.tick(bootTime() - start);
      this.#finishLost(skipped);
      if (this.#live.length === 0) break;
      if (end !== undefined) {
        this.#finish(this.#live, end, skipped);
        break;
      }
      this.#tick(skipped);
      await this.#sink.flush();
    }
    await this.#sink.flush();
    return BY_WEIGHT.find((code) => this.#exitCodes.has(code)) ?? EXIT.done;
  }

  /** One window of each interface. What cannot be read is in the next one. */
  #tick(skipped: number): void {
    const live = this.#live;
    const isQuiet = this.#attempt(live, () => {
      for (const watched of live) watched.retire();
      live[0]?.waitForAll();
      return true;
    });
    for (const watched of live) {
      watched.missDeadlines(skipped);
      const isRead = isQuiet && this.#attempt([watched], () => {
        for (const record of watched.read()) this.#sink.tick(record);
        return true;
      });
      if (!isRead) watched.missDeadlines(1);
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
      this.#live = this.#live.filter((other) => other !== watched);
    }
  }

  /** Detaches, reads what is left, and makes the end records. */
  #finish(
    ending: readonly Watched[],
    reason: EndReason,
    skipped: number,
  ): void {
    for (const watched of ending) {
      watched.detach();
      watched.missDeadlines(skipped);
    }
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

  /** What `action` returns; a call that fails is logged, and undefined returned. */
  #attempt<T>(of: readonly Watched[], action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const names = of.map((watched) => `"${watched.interface.name}"`).join(
        ", ",
      );
      this.#log.error(
        `Cannot read the counts of ${names}: ${error.message}; trying again`,
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
