import { bootTime } from "./clock.ts";

/**
 * Ends a run on request: the first SIGINT, SIGTERM or SIGHUP asks, a second
 * one does not wait any longer. That a caller ignores SIGHUP (nohup) cannot be
 * seen: Deno resets all signals when it starts. setsid does what nohup would.
 */
export class StopRequest implements Disposable {
  /** When, by `performance.now`. */
  #requested = Infinity;
  /** What waits for the request just now. */
  #wake: () => void = () => {};
  #isNudged = false;
  readonly #remove: (() => void)[] = [];

  /** @param others what other signals do, or these instead of asking for the end */
  constructor(others: Partial<Record<Deno.Signal, () => void>> = {}) {
    for (const [signal, number] of SIGNALS) {
      if (signal in others) continue;
      this.#listen(signal, () => this.#signalled(number));
    }
    for (const [signal, listener] of Object.entries(others)) {
      this.#listen(signal as Deno.Signal, listener);
    }
  }

  #listen(signal: Deno.Signal, listener: () => void): void {
    Deno.addSignalListener(signal, listener);
    this.#remove.push(() => Deno.removeSignalListener(signal, listener));
  }

  #signalled(signal: number): void {
    const now = performance.now();
    // Some callers send two signals at once; only a later one is impatience.
    if (now - this.#requested > 1000) Deno.exit(128 + signal);
    this.request();
  }

  /** Asks, like a signal that is no second one. */
  request(): void {
    this.#requested = Math.min(this.#requested, performance.now());
    this.#wake();
  }

  /** Ends a sleep early: what it waited for has changed. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  get isRequested(): boolean {
    return this.#requested < Infinity;
  }

  /**
   * Waits until a time since boot (ms), for the request or a nudge. Timers stand
   * still while the machine sleeps, so a long wait looks at the clock every minute.
   */
  async sleepUntil(time: number): Promise<void> {
    this.#isNudged = false;
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
   * Waits for `work`; but once the end is requested, or `end` milliseconds are
   * over, only as long as it gets on: not `grace` milliseconds without any.
   *
   * @param progress what changes when it gets on
   * @returns whether it was done
   */
  async orGiveUp(
    work: Promise<void>,
    grace: number,
    end: number,
    progress: () => number,
  ): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    // Timers hold 2^31 ms at most; a longer wait is one for the signal alone.
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
