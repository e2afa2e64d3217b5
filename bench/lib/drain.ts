import { embedded } from "../../src/bpf/embedded.ts";
import { type LoadedObject, loadObject, PLAIN } from "../../src/bpf/object.ts";
import { Child } from "./child.ts";
import { Feeder } from "./feeder.ts";
import { IPV4 } from "./frames.ts";
import { built, lib, mapId } from "./objects.ts";

/** The floor of a tick: maps like ours, read and emptied by a C program. */
export class Drain implements AsyncDisposable {
  readonly object: LoadedObject;
  readonly #feeder: Feeder;
  readonly #child = new Child([built("drain")], "stdout");

  /** @param maxSources entries of each map */
  constructor(maxSources: number) {
    this.object = loadObject(lib, embedded("xdptally.bpf.o"), {
      maxSources,
      ...PLAIN,
    });
    this.#feeder = new Feeder(
      this.object.programFd,
      IPV4,
      this.object.hasFragments,
    );
  }

  /** Reads one packet from each of so many sources. @returns ms */
  async tick(sources: number): Promise<number> {
    this.#feeder.feedEach(sources);
    const { ipv4, ipv6 } = this.object.maps.sources;
    await this.#child.say(`${mapId(ipv4[0])} ${mapId(ipv6[0])}`);
    const [, read, time] = await this.#child.hear(/^(\d+) (\d+)$/);
    if (Number(read) !== sources) {
      throw new Error(`the floor read ${read} of ${sources} sources`);
    }
    return Number(time) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#feeder[Symbol.dispose]();
    this.object[Symbol.dispose]();
  }
}
