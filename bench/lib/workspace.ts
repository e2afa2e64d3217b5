/** A command that was run to its end. */
export interface Measured {
  /** Wall time. */
  readonly seconds: number;
  /** Time on all CPUs together. */
  readonly cpuSeconds: number;
  /** Bytes of memory of its largest process, at most. */
  readonly peak: number;
  readonly stdout: string;
}

/**
 * A fresh folder, and the commands that run in it: both are gone when the bench
 * ends, and when it is interrupted.
 */
export class Workspace implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xdptally-bench-" });
  /** Leads the process group of the command that runs now. */
  #leader: number | undefined;

  constructor() {
    const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
    for (const [name, number] of Object.entries(signals)) {
      Deno.addSignalListener(name as keyof typeof signals, () => {
        this[Symbol.dispose]();
        Deno.exit(128 + number);
      });
    }
  }

  /**
   * Runs a command in the folder.
   *
   * @throws it failed
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
    const said = new TextDecoder().decode(stderr).trimEnd();
    if (code !== 0) {
      throw new Error(`Cannot run "${command[0]}": exit ${code}: ${said}`);
    }
    // The last line is that of time(1).
    const [kilobytes, user, system] = said.split("\n").at(-1)!.split(" ")
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
