/** Measures the floor of a tick. */
import { Child } from "./child.ts";
import { Feeder } from "./feeder.ts";
import { IPV4 } from "./frames.ts";
import { BenchObject, built, mapId } from "./objects.ts";

/** The floor of a tick: a C program reads and empties the maps of the floor's BPF program. */
export class Drain implements AsyncDisposable {
  readonly #object: BenchObject;
  readonly #feeder: Feeder;
  readonly #child = new Child([built("drain")], "stdout");

  /** @param maxSources entries of each map */
  constructor(maxSources: number) {
    const hasFragments = false;
    this.#object = new BenchObject("floors", [IPV4.floor], {
      hasFragments,
      maxEntries: { sources4: maxSources, sources6: maxSources },
    });
    const program = this.#object.program(IPV4.floor);
    this.#feeder = new Feeder(program, IPV4, hasFragments);
  }

  /** Counts one packet from each of this many sources, then reads the maps. @returns ms */
  async tick(sources: number): Promise<number> {
    this.#feeder.feedEach(sources);
    const maps = ["sources4", "sources6"].map((map) => this.#object.map(map));
    await this.#child.writeLine(maps.map(mapId).join(" "));
    const [, read, time] = await this.#child.readUntil(/^(\d+) (\d+)$/);
    if (Number(read) !== sources) {
      throw new Error(`the floor read ${read} of ${sources} sources`);
    }
    return Number(time) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#feeder[Symbol.dispose]();
    this.#object[Symbol.dispose]();
  }
}
