/** Connections that a hostile client holds open. */
import type { Namespace } from "./stage.ts";
import { readUntil } from "./xdptally.ts";

/** Runs hold.ts until disposal. */
export class Held implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Opens `count` connections of a kind that hold.ts explains; returns once they are open. */
  static async open(
    stage: Namespace,
    kind: "idle" | "slow" | "hello" | "again",
    count: number,
    [host, port]: readonly [host: string, port: number],
    certificate?: string,
  ): Promise<Held> {
    const script = new URL("hold.ts", import.meta.url).pathname;
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", stage.name, Deno.execPath(), "run"],
        ...["--quiet", "--no-check", "--allow-all"],
        ...[script.replaceAll("%20", " "), kind, String(count)],
        ...[host, String(port), ...(certificate ? [certificate] : [])],
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    await readUntil(reader, "there");
    await reader.cancel();
    return new Held(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close();
    await this.#child.status;
  }
}
