/** Ends a run on request: a signal, a key, or the end of the input. */
import { bootTime } from "./clock.ts";

/**
 * The first SIGINT, SIGTERM or SIGHUP requests the end; a second one, a second
 * later or more, exits at once. Deno resets all signals when it starts, so a
 * SIGHUP that the caller ignores (nohup) ends the run too; setsid prevents that.
 */
export class StopRequest implements Disposable {
  /** When, by `performance.now`. */
  #requested = Infinity;
  /** What waits for the request just now. */
  #wake: () => void = () => {};
  #isNudged = false;
  readonly #actions = new Map<Deno.Signal, () => void>();
  readonly #remove: (() => void)[] = [];

  /**
   * @param others signals that neither end the run nor kill the process, from
   * now on; `on` says what they do
   */
  constructor(others: readonly Deno.Signal[] = []) {
    for (const [signal, number] of SIGNALS) {
      if (others.includes(signal)) continue;
      this.#listen(signal, () => this.#signalled(number));
    }
    for (const signal of others) {
      this.#listen(signal, () => this.#actions.get(signal)?.());
    }
  }

  /** Sets what one of the other signals does. */
  on(signal: Deno.Signal, action: () => void): void {
    this.#actions.set(signal, action);
  }

  #listen(signal: Deno.Signal, listener: () => void): void {
    Deno.addSignalListener(signal, listener);
    this.#remove.push(() => Deno.removeSignalListener(signal, listener));
  }

  #signalled(signal: number): void {
    const now = performance.now();
    // Some callers send two signals at once; only a later one means hurry.
    if (now - this.#requested > 1000) Deno.exit(128 + signal);
    this.request();
  }

  /** Requests a graceful end; never forces exit. */
  request(): void {
    this.#requested = Math.min(this.#requested, performance.now());
    this.#wake();
  }

  /** Ends a sleep early, because its end has changed. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  get isRequested(): boolean {
    return this.#requested < Infinity;
  }

  /**
   * Waits until a time, the request or a nudge, whichever comes first. Timers
   * stop while the machine sleeps, so a long wait checks the clock each minute.
   *
   * @param time in ms since boot
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
   * Waits for `work`. Once the end is requested or `end` milliseconds have
   * passed, it gives up when there is no progress for `grace` milliseconds.
   *
   * @param progress a number that changes with each progress
   * @returns whether the work was done
   */
  async orGiveUp(
    work: Promise<void>,
    grace: number,
    end: number,
    progress: () => number,
  ): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    // Timers take less than 2^31 ms; a longer wait ends with the signal alone.
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
