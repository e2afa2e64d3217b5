/** The network namespace in which the contenders of a figure run. */
import { Namespace } from "../../tests/lib/stage.ts";

const stages = new Set<BenchStage>();

/** A network namespace with `pairs` veth pairs: a0 and b0, a1 and b1 … */
export class BenchStage extends Namespace {
  constructor(pairs = 1) {
    super("bench");
    for (let pair = 0; pair < pairs; pair++) this.veth(`a${pair}`, `b${pair}`);
    stages.add(this);
  }

  /** The command line that runs a command in this namespace. */
  inside(...command: string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Sends SIGINT to all processes of a program in this namespace. */
  interrupt(program: string): void {
    for (const pid of this.#pids()) {
      const name = Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
      if (name === program) Deno.kill(pid, "SIGINT");
    }
  }

  override [Symbol.dispose](): void {
    stages.delete(this);
    for (const pid of this.#pids()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // The process has ended.
      }
    }
    super[Symbol.dispose]();
  }

  #pids(): number[] {
    const { stdout } = new Deno.Command("ip", {
      args: ["netns", "pids", this.name],
    }).outputSync();
    return new TextDecoder().decode(stdout).split("\n")
      .filter((line) => line !== "").map(Number);
  }
}

/** Disposes of all stages, with the processes in them. */
export function disposeStages(): void {
  for (const stage of stages) stage[Symbol.dispose]();
}
