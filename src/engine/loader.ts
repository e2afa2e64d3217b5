/** Loads the program, once for each interface and direction. */
import type { Logger } from "@std/log/logger";
import type { Direction } from "../basics/keys.ts";
import { formatBytes } from "../basics/quantity.ts";
import { type Cpus, findCpus } from "../bpf/cpus.ts";
import { mapMemory } from "../bpf/layout.ts";
import { openLibbpf } from "../bpf/library.ts";
import { loadObject } from "../bpf/load.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { hookFor } from "../hooks/all.ts";
import type { Hook } from "../hooks/hook.ts";
import { linkLayer, type NetInterface } from "../net/interfaces.ts";
import { Explainer } from "./explainer.ts";
import type { Counting } from "./options.ts";

/** A direction of an interface, with the program loaded for it. */
export interface Loaded {
  readonly interface: NetInterface;
  readonly direction: Direction;
  readonly hook: Hook;
  readonly object: LoadedObject;
}

export class Loader {
  readonly explainer: Explainer;
  readonly #counting: Counting;
  readonly #lib = openLibbpf();
  readonly #cpus = findCpus();
  /** Whether the kernel took the object that uses BTF; undefined: not tried. */
  #usesBtf: boolean | undefined;

  /**
   * @param logsLibbpf all that libbpf says goes to the log
   * @throws {Failure} no libbpf can be used
   */
  constructor(counting: Counting, log: Logger, logsLibbpf: boolean) {
    this.#counting = counting;
    this.explainer = new Explainer(
      this.#lib,
      counting,
      logsLibbpf ? (line) => log.debug(line) : undefined,
    );
    log.debug(`Using ${this.#lib.name}`);
  }

  /**
   * @param stack disposes of what is loaded
   * @throws {Failure}
   */
  load(interfaces: readonly NetInterface[], stack: DisposableStack): Loaded[] {
    const { directions, hook } = this.#counting;
    return interfaces.flatMap((netInterface) =>
      directions.map((direction) =>
        this.#load(netInterface, direction, hookFor(direction, hook), stack)
      )
    );
  }

  #load(
    netInterface: NetInterface,
    direction: Direction,
    hook: Hook,
    stack: DisposableStack,
  ): Loaded {
    const { program, takesFragments } = hook;
    const { maxSources, keying, filter } = this.#counting;
    const object = this.explainer.explained(
      netInterface,
      hook,
      () =>
        loadObject(this.#lib, {
          program,
          takesFragments,
          isEgress: direction === "out",
          maxSources,
          isLayer3: linkLayer(netInterface.hardwareType) === "ip",
          keying,
          filter,
          cpus: this.#cpus,
          usesBtf: this.#usesBtf,
        }),
    );
    if (takesFragments) this.#usesBtf = object.usesBtf;
    stack.use(object);
    return { interface: netInterface, direction, hook, object };
  }

  /** Says how much memory the maps will take; a notice where it is much. */
  announceMemory(interfaces: number, log: Logger): void {
    const MUCH = 100e6;
    const bytes = memoryOf(this.#counting, this.#cpus) * interfaces;
    const message = `The maps will take about ${
      formatBytes(Math.round(bytes))
    }`;
    if (bytes > MUCH) log.info(message);
    else log.debug(message);
  }
}

/** Bytes of the maps of one interface. */
function memoryOf(
  { maxSources, directions }: Counting,
  { present }: Cpus,
): number {
  return mapMemory(maxSources, present) * directions.length;
}
