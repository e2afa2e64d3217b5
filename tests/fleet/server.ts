/** A server process of the fleet test, ended on disposal. */
import type { Namespace } from "../lib/stage.ts";
import { become } from "../lib/xdptally.ts";

export class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #log: string;
  #hasEnded = false;

  /** @param log a file that takes what it says */
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

  /** Waits until `is` returns true without throwing. @throws the server ended before */
  async until(is: () => boolean): Promise<void> {
    await become(() => {
      if (this.#hasEnded) throw new Error(Deno.readTextFileSync(this.#log));
      try {
        return is();
      } catch {
        return false; // it does not answer yet
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}
