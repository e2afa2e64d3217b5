/** Warnings that are said once in a session. */
import type { Logger } from "@std/log/logger";
import type { InterfaceRun } from "./interface_run.ts";

export class Remarks {
  readonly #log: Logger;
  readonly #said = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  warn(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#log.warn(message);
  }

  /** Says what an operator would want to know about a run. */
  about({ interface: { name }, currentName, isFull, hasNewCpu }: InterfaceRun) {
    if (currentName !== undefined && currentName !== name) {
      this.warn(
        `Interface "${name}" is named "${currentName}" now; its records keep the old name`,
      );
    }
    if (isFull) {
      this.warn(
        `More sources on "${name}" than --max-sources: the rest is counted as untracked`,
      );
    }
    if (hasNewCpu) {
      this.warn(
        `A CPU was added since the start: what "${name}" receives on it is counted as untracked; start again to have its sources`,
      );
    }
  }
}
