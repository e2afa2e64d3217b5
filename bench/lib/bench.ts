import { Namespace } from "../../tests/lib/stage.ts";
import type { Goal } from "./goals.ts";

/** What a Deno program of the bench is run with: its import map, if any. */
export const IMPORTS = Deno.args.filter((arg) =>
  arg.startsWith("--import-map=")
);

/** How long a bench may take. */
export interface Effort {
  readonly isQuick: boolean;
  /** Of figures whose rounds are seconds long. */
  readonly rounds: number;
}

/** What a figure found. */
export interface Finding {
  readonly title: string;
  readonly lines: readonly string[];
  readonly goals: readonly Goal[];
  /** A picture, by the name of its file. */
  readonly picture?: { readonly file: string; readonly svg: string };
}

/** A namespace of the bench's own, with `pairs` veth pairs: a0 and b0, a1 and b1 … */
export class BenchStage extends Namespace {
  constructor(pairs = 1) {
    super("bench");
    for (let pair = 0; pair < pairs; pair++) this.veth(`a${pair}`, `b${pair}`);
    stages.add(this);
  }

  /** A command, to be run here. */
  inside(...command: string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Interrupts the processes of a program here. */
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
        // It has ended.
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

const stages = new Set<BenchStage>();

/** Has a bench that is interrupted leave nothing behind. */
export function cleanUpWhenInterrupted(): void {
  const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [name, number] of Object.entries(signals)) {
    Deno.addSignalListener(name as keyof typeof signals, () => {
      for (const stage of stages) stage[Symbol.dispose]();
      Deno.exit(128 + number);
    });
  }
}
