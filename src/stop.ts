/**
 * Ends a run on request: the first SIGINT, SIGTERM or SIGHUP asks, a second
 * one does not wait any longer. That a caller ignores SIGHUP (nohup) cannot be
 * seen: Deno resets all signals when it starts. setsid does what nohup would.
 */
export class StopRequest implements Disposable {
  #isRequested = false;
  /** What waits for the request just now. */
  #wake: () => void = () => {};
  readonly #remove: (() => void)[] = [];

  constructor() {
    for (const [signal, number] of SIGNALS) {
      const listener = () => {
        if (this.#isRequested) Deno.exit(128 + number); // the kernel detaches
        this.#isRequested = true;
        this.#wake();
      };
      Deno.addSignalListener(signal, listener);
      this.#remove.push(() => Deno.removeSignalListener(signal, listener));
    }
  }

  get isRequested(): boolean {
    return this.#isRequested;
  }

  /**
   * Waits for a time, or for the request.
   *
   * @param milliseconds timers stand still while the machine sleeps, so a
   * long wait is cut into minutes and the caller looks at the clock again
   */
  async sleep(milliseconds: number): Promise<void> {
    if (this.#isRequested) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(
      resolve,
      Math.min(Math.ceil(milliseconds), 60_000),
    );
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  /**
   * Waits for `work`, but no longer than `grace` milliseconds after the
   * request.
   *
   * @returns whether it was done
   */
  async orGiveUp(work: Promise<void>, grace: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    let timer: number | undefined;
    this.#wake = () => timer = setTimeout(() => resolve(false), grace);
    if (this.#isRequested) this.#wake();
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
