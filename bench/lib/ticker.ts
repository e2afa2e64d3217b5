import { type BenchStage, IMPORTS } from "./bench.ts";
import { Child } from "./child.ts";
import { Feeder } from "./feeder.ts";
import { IPV4 } from "./frames.ts";
import { built, programById } from "./objects.ts";

/** What a tick took, in ms. */
export interface Tick {
  readonly time: number;
  /** Of that, waiting for programs that run. */
  readonly wait: number;
  /** Bytes of heap; fewer than 0 where garbage was collected meanwhile. */
  readonly heap: number;
}

/** A contender whose ticks the bench makes, on an interface of a stage. */
export class Ticker implements AsyncDisposable {
  readonly #child: Child;
  readonly #feeder: Feeder;
  readonly #answer: RegExp;

  private constructor(child: Child, feeder: Feeder, answer: RegExp) {
    this.#child = child;
    this.#feeder = feeder;
    this.#answer = answer;
  }

  /** xdptally. @param args those of its command line, but for the interface */
  static xdptally(
    stage: BenchStage,
    interfaceName: string,
    args: readonly string[],
    hasFragments: boolean,
  ): Promise<Ticker> {
    const script = new URL("../figures/tick_child.ts", import.meta.url).href;
    const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "-A"];
    return Ticker.#start(
      stage,
      interfaceName,
      [...deno, ...IMPORTS, script, ...args, interfaceName],
      hasFragments,
      /^ticked (\d+) (\d+) (-?\d+)/,
    );
  }

  /** The example. @param size entries of its map */
  static example(
    stage: BenchStage,
    interfaceName: string,
    size: number,
  ): Promise<Ticker> {
    const options = ["-times", "-interval", "0", "-size", String(size)];
    return Ticker.#start(
      stage,
      interfaceName,
      [built("example"), ...options, built("example.bpf.o"), interfaceName],
      false,
      /^printed (\d+)/,
    );
  }

  static async #start(
    stage: BenchStage,
    interfaceName: string,
    command: readonly string[],
    hasFragments: boolean,
    answer: RegExp,
  ): Promise<Ticker> {
    const child = new Child(stage.inside(...command), "stderr");
    await child.hear(/^attached/);
    const program = programById(stage.programs(interfaceName)[0]!);
    return new Ticker(
      child,
      new Feeder(program, IPV4, hasFragments),
      answer,
    );
  }

  /** A tick with one packet from each of so many sources. */
  async tick(sources: number): Promise<Tick> {
    if (sources > 0) this.#feeder.feedEach(sources);
    await this.#child.say();
    const [, time, wait, heap] = await this.#child.hear(this.#answer);
    return {
      time: Number(time) / 1e6,
      wait: Number(wait ?? 0) / 1e6,
      heap: Number(heap ?? 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feeder[Symbol.dispose]();
    await this.#child[Symbol.asyncDispose]();
  }
}
