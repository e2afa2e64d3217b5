/** Ends a run on signals; while it waits, a signal ends the wait. */
import { bootTime } from "./clock.ts";

/**
 * A request to end the run. The first SIGINT, SIGTERM or SIGHUP makes it; a
 * second one ends the process at once. Deno resets all signals when it starts,
 * so `nohup` has no effect; `setsid` does instead.
 *
 * @example
 * using stop = new StopRequest();
 * while (!stop.isRequested) {
 *   await stop.sleepUntil(bootTime() + 1000);
 *   tick();
 * }
 */
export class StopRequest implements Disposable {
  /** When the end was requested, by `performance.now`; Infinity: it was not. */
  #requested = Infinity;
  /** Wakes what is waiting at the moment. */
  #wake: () => void = () => {};
  #isNudged = false;
  readonly #actions = new Map<Deno.Signal, () => void>();
  readonly #remove: (() => void)[] = [];

  /**
   * @param others signals that do nothing until `on` says what
   */
  constructor(others: readonly Deno.Signal[] = []) {
    for (const [signal, number] of SIGNALS) {
      if (others.includes(signal)) continue;
      this.#listen(signal, () => this.#signalled(number));
    }
    for (const signal of others) this.on(signal, () => {});
  }

  /** Sets what a signal does that does not end the run. */
  on(signal: Deno.Signal, action: () => void): void {
    if (!this.#actions.has(signal)) {
      this.#listen(signal, () => this.#actions.get(signal)?.());
    }
    this.#actions.set(signal, action);
  }

  #listen(signal: Deno.Signal, listener: () => void): void {
    Deno.addSignalListener(signal, listener);
    this.#remove.push(() => Deno.removeSignalListener(signal, listener));
  }

  #signalled(signal: number): void {
    const now = performance.now();
    // Some programs send two signals at once: the second one must come later.
    if (now - this.#requested > 1000) Deno.exit(128 + signal);
    this.request();
  }

  /** Requests a graceful end; never forces exit. */
  request(): void {
    this.#requested = Math.min(this.#requested, performance.now());
    this.#wake();
  }

  /** Ends `sleepUntil` early, for example when the deadline has changed. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  get isRequested(): boolean {
    return this.#requested < Infinity;
  }

  /**
   * Waits until a time in ms since boot, the request or a nudge, and takes signals
   * that came meanwhile also if the time is over. Timers stop
   * during suspend, so it checks the clock at least once per minute.
   */
  async sleepUntil(time: number): Promise<void> {
    this.#isNudged = false;
    // Whoever is late all the time would never let a signal in.
    await new Promise((resolve) => setTimeout(resolve));
    const mayEnd = () => this.isRequested || this.#isNudged;
    for (let left; !mayEnd() && (left = time - bootTime()) > 0;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.min(Math.ceil(left), 60_000));
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
    }
  }

  /**
   * Waits for `work`. Once the end is requested or `end` milliseconds have passed,
   * it gives up after `grace` milliseconds without progress.
   *
   * @param progress returns a number that changes when `work` makes progress
   * @returns whether `work` is done
   * @throws what `work` throws
   */
  async orGiveUp(
    work: Promise<void>,
    grace: number,
    end: number,
    progress: () => number,
  ): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    // A timer takes less than 2^31 ms; if `end` is later, only the request counts.
    let timer: number | undefined;
    const giveUpAfter = (time: number) => {
      const before = progress();
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (progress() === before) resolve(false);
        else giveUpAfter(grace);
      }, time);
    };
    if (end + grace < 2 ** 31) giveUpAfter(end + grace);
    this.#wake = () => giveUpAfter(grace);
    if (this.isRequested) this.#wake();
    work.then(() => resolve(true), reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = () => {};
    }
  }

  [Symbol.dispose](): void {
    for (const remove of this.#remove) remove();
  }
}

const SIGNALS = [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]] as const;
