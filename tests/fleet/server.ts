/** Runs a server of the fleet test in a namespace until it is disposed of. */
import type { Namespace } from "../lib/stage.ts";
import { become } from "../lib/xdptally.ts";

export class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #log: string;
  #hasEnded = false;

  /** @param log path of the file for its stdout and stderr */
  constructor(stage: Namespace, log: string, ...command: string[]) {
    this.#log = log;
    this.#child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", stage.name],
        ...["sh", "-c", 'exec "$@" >"$0" 2>&1', log, ...command],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#child.status.then(() => this.#hasEnded = true);
  }

  /**
   * Polls until `condition` returns true; an exception counts as false.
   *
   * @throws the server has ended
   */
  async until(condition: () => boolean): Promise<void> {
    await become(() => {
      if (this.#hasEnded) throw new Error(Deno.readTextFileSync(this.#log));
      try {
        return condition();
      } catch {
        return false; // the server does not answer yet
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}
