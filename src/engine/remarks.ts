/** Warnings that are logged once in a session. */
import type { Logger } from "@std/log/logger";
import type { InterfaceRun } from "./interface_run.ts";

/** Logs each warning the first time only. */
export class Remarks {
  readonly #log: Logger;
  readonly #logged = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  warn(message: string): void {
    if (this.#logged.has(message)) return;
    this.#logged.add(message);
    this.#log.warn(message);
  }

  /** Warns about what changes the meaning of a run's records. */
  about({ interface: { name }, currentName, isFull, hasNewCpu }: InterfaceRun) {
    if (currentName !== undefined && currentName !== name) {
      this.warn(
        `Interface "${name}" was renamed to "${currentName}"; records keep "${name}"`,
      );
    }
    if (isFull) {
      this.warn(
        `More sources on "${name}" than --max-sources: further ones are counted as untracked`,
      );
    }
    if (hasNewCpu) {
      this.warn(
        `A CPU was added since the start: packets of "${name}" on it are counted as untracked; restart xdptally to see their sources`,
      );
    }
  }
}
