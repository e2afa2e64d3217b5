/** Runs commands in a temporary folder and measures them. */
import { onInterrupt } from "./interrupt.ts";

/** The measurements of a command that has ended. */
export interface Measured {
  /** Wall time. */
  readonly seconds: number;
  /** CPU time of all its processes. */
  readonly cpuSeconds: number;
  /** Peak resident memory of its largest process, in bytes. */
  readonly peak: number;
  readonly stdout: string;
}

/**
 * A temporary folder in which commands run. Disposal or a signal kills the running
 * command and removes the folder.
 */
export class Workspace implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xdptally-bench-" });
  /** Leader of the process group of the running command. */
  #leader: number | undefined;

  constructor() {
    onInterrupt(() => this[Symbol.dispose]());
  }

  /**
   * Runs a command in the folder.
   *
   * @throws the command failed
   */
  async measure(command: readonly string[]): Promise<Measured> {
    const start = performance.now();
    const child = new Deno.Command("time", {
      args: ["--quiet", "--format=%M %U %S", ...command],
      cwd: this.path,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    this.#leader = child.pid;
    const { code, stdout, stderr } = await child.output();
    const seconds = (performance.now() - start) / 1000;
    this.#leader = undefined;
    const text = new TextDecoder().decode(stderr).trimEnd();
    if (code !== 0) {
      throw new Error(`Cannot run "${command[0]}": exit ${code}: ${text}`);
    }
    // time(1) writes the last line.
    const [kilobytes, user, system] = text.split("\n").at(-1)!.split(" ")
      .map(Number);
    return {
      seconds,
      cpuSeconds: user! + system!,
      peak: kilobytes! * 1024,
      stdout: new TextDecoder().decode(stdout),
    };
  }

  [Symbol.dispose](): void {
    if (this.#leader !== undefined) Deno.kill(-this.#leader, "SIGKILL");
    Deno.removeSync(this.path, { recursive: true });
  }
}
