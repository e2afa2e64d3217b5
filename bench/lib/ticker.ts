/** Runs contenders that tick whenever the bench asks for it. */
import type { BenchStage } from "./bench_stage.ts";
import { Child } from "./child.ts";
import { Feeder } from "./feeder.ts";
import { exampleCommand } from "./objects.ts";

const IMPORT_MAP = Deno.args.filter((arg) => arg.startsWith("--import-map="));

/** The cost of one tick. */
interface TickCost {
  /** ms */
  readonly time: number;
  /** The part of it spent waiting for running BPF programs, in ms. */
  readonly wait: number;
  /** Growth of the JavaScript heap in bytes; negative if garbage was collected. */
  readonly heap: number;
}

/** A contender on an interface of a stage that ticks when told to. */
export class Ticker implements AsyncDisposable {
  readonly #child: Child;
  readonly #feeder: Feeder;
  readonly #answer: RegExp;

  private constructor(child: Child, feeder: Feeder, answer: RegExp) {
    this.#child = child;
    this.#feeder = feeder;
    this.#answer = answer;
  }

  /** Starts xdptally. @param args its command line without the interface */
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
      [
        ...deno,
        ...IMPORT_MAP,
        script,
        "--mode",
        "native",
        ...args,
        interfaceName,
      ],
      hasFragments,
      /^ticked (\d+) (\d+) (-?\d+)/,
    );
  }

  /** Starts the example. @param size entries of its map */
  static example(
    stage: BenchStage,
    interfaceName: string,
    size: number,
  ): Promise<Ticker> {
    return Ticker.#start(
      stage,
      interfaceName,
      exampleCommand(interfaceName, size, "-times", "-interval", "0"),
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
    await child.readUntil(/^attached/);
    const feeder = Feeder.forInterface(stage, interfaceName, hasFragments);
    return new Ticker(child, feeder, answer);
  }

  /** Makes it tick, after one packet from each of this many sources. */
  async tick(sources: number): Promise<TickCost> {
    if (sources > 0) this.#feeder.feedEach(sources);
    await this.#child.writeLine();
    const [, time, wait, heap] = await this.#child.readUntil(this.#answer);
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
