/** The interfaces that are missing, and that a session waits for. */
import { Failure } from "../basics/errors.ts";
import type { InterfaceRun } from "./interface_run.ts";

/**
 * Attaches to an interface that was missing; returns nothing while it still is.
 *
 * @throws {Failure} the interface has appeared, but cannot be watched
 */
type StartRuns = (name: string) => readonly InterfaceRun[];

/** Their names, as the command line has them. */
export class AbsentInterfaces {
  #names: readonly string[];
  readonly #startRuns: StartRuns | undefined;

  /** @param startRuns undefined: no interface is waited for */
  constructor(names: readonly string[], startRuns: StartRuns | undefined) {
    this.#names = names;
    this.#startRuns = startRuns;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get areAwaited(): boolean {
    return this.#startRuns !== undefined;
  }

  add(name: string): void {
    this.#names = [...new Set([...this.#names, name])];
  }

  /** Starts the runs of those that have appeared. @param warn gets why one cannot be watched */
  start(warn: (why: string) => void): InterfaceRun[] {
    const arrived: InterfaceRun[] = [];
    this.#names = this.#names.filter((name) => {
      const runs = this.#tryStart(name, warn);
      arrived.push(...runs);
      return runs.length === 0;
    });
    return arrived;
  }

  #tryStart(
    name: string,
    warn: (why: string) => void,
  ): readonly InterfaceRun[] {
    try {
      return this.#startRuns?.(name) ?? [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      warn(error.message);
      return [];
    }
  }
}
