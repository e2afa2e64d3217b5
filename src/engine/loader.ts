/** Loads the program for each interface and direction. */
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import type { Direction, Keying } from "../basics/keys.ts";
import { linkLayer } from "../basics/link_layer.ts";
import { formatBytes } from "../basics/quantity.ts";
import { findCpus } from "../bpf/cpus.ts";
import { type Holder, Holders } from "../bpf/holder.ts";
import { mapMemory, type ProgramName } from "../bpf/layout.ts";
import { openLibbpf } from "../bpf/library.ts";
import { networkNamespace } from "../bpf/kernel.ts";
import { loadObject } from "../bpf/load.ts";
import type { LoadedObject, Ride } from "../bpf/object.ts";
import { rescue } from "../ffi/errno.ts";
import { type Way, waysToAttach } from "../hooks/choice.ts";
import { carrierOn, obstaclesTo } from "../hooks/obstacles.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { xdpFeatures } from "../net/xdp_features.ts";
import { logLines } from "../process/log.ts";
import { type Context, explained } from "./explained.ts";
import type { Counting } from "./options.ts";

/** A direction of an interface, with the program loaded for it. */
export interface Loaded {
  readonly interface: NetInterface;
  readonly direction: Direction;
  readonly object: LoadedObject;
  /** How to attach the program. */
  readonly way: Way;
  /** What to try if the kernel refuses that. */
  readonly others: readonly Way[];
  /** The XDP program that is there already, of an interface whose frames come in. */
  readonly holder: Holder | undefined;
}

/** Loads with the libbpf and for the CPUs of this machine. */
export class Loader {
  readonly context: Context;
  readonly #counting: Counting;
  readonly #log: Logger;
  readonly #lib = openLibbpf();
  readonly #cpus = findCpus();
  /** Whether the kernel accepted a program of the object that uses BTF. */
  readonly #usesBtf = new Map<ProgramName, boolean>();

  /**
   * @param logsLibbpf log every line that libbpf prints
   * @throws {Failure} exit code 6: no libbpf can be used
   */
  constructor(counting: Counting, log: Logger, logsLibbpf: boolean) {
    this.#counting = counting;
    this.#log = log;
    const say = (line: string) => log.debug(line);
    const tell = logsLibbpf ? (text: string) => logLines(say, text) : undefined;
    this.context = { lib: this.#lib, counting, tell };
    log.debug(`Using ${this.#lib.name}`);
  }

  /**
   * @param stack gets the loaded objects, to dispose of them
   * @throws {Failure} what failed for which interface, and what to do
   */
  load(interfaces: readonly NetInterface[], stack: DisposableStack): Loaded[] {
    const { directions } = this.#counting;
    return interfaces.flatMap((netInterface) => {
      const { index } = netInterface;
      const features = rescue(() => xdpFeatures(index), () => undefined);
      return directions.map((direction) => {
        const wish = this.#counting;
        const obstacles = obstaclesTo(
          this.#lib,
          netInterface,
          direction,
          features,
          wish,
        );
        const ways = waysToAttach(
          netInterface,
          direction,
          wish,
          obstacles,
          this.#describeHolder(netInterface),
        );
        return this.loadFor(netInterface, direction, ways, stack);
      });
    });
  }

  /**
   * Loads the program for the first of these ways that the kernel takes it for.
   *
   * @param stack gets the loaded object
   * @throws {Failure} what failed, and what to do
   */
  loadFor(
    netInterface: NetInterface,
    direction: Direction,
    [way, ...others]: readonly Way[],
    stack: DisposableStack,
  ): Loaded {
    if (way === undefined) throw new Error("there is no way to attach");
    try {
      const object = this.#load(netInterface, direction, way);
      stack.use(object);
      const holder = direction === "in"
        ? this.#holder(netInterface)
        : undefined;
      return {
        interface: netInterface,
        direction,
        object,
        way,
        others,
        holder,
      };
    } catch (error) {
      // The program to ride on may be gone, or replaced, since it was looked at.
      const canGoOn = error instanceof Failure && others.length > 0 &&
        (error.exitCode === EXIT.unsupported || way.hook.needsHolder);
      if (!canGoOn) throw error;
      const [next, ...rest] = others;
      const reason =
        `the kernel does not take the program of ${way.hook.label}`;
      const ways = [{ ...next!, reason }, ...rest];
      return this.loadFor(netInterface, direction, ways, stack);
    }
  }

  /**
   * Loads a program like the one that is attached, with another key.
   *
   * @throws {Failure} what failed, and what to do
   */
  reload(
    { interface: netInterface, direction, way }: Loaded,
    keying: Keying,
  ): LoadedObject {
    return this.#load(netInterface, direction, way, keying);
  }

  #load(
    netInterface: NetInterface,
    direction: Direction,
    { hook, mode }: Way,
    keying = this.#counting.keying,
  ): LoadedObject {
    const { program, takesFragments } = hook;
    const { maxSources, filter } = this.#counting;
    using stack = new DisposableStack();
    const ride = hook.needsHolder && this.#ride(netInterface, stack);
    const object = explained(
      this.context,
      netInterface,
      hook,
      () =>
        loadObject(this.#lib, {
          ride,
          program,
          // From Linux 6.9 on, generic mode copies the frames of a program that takes
          // fragments, and tc behind it then lacks the Ethernet header (mac_len is 0).
          takesFragments: takesFragments && mode !== "generic",
          isEgress: direction === "out",
          maxSources,
          linkLayer: linkLayer(netInterface.hardwareType)!,
          keying,
          filter,
          cpus: this.#cpus,
          usesBtf: this.#usesBtf.get(program),
        }),
    );
    const { wrongWithoutBtf } = hook;
    const isFirst = !this.#usesBtf.has(program);
    if (isFirst && !object.usesBtf && wrongWithoutBtf !== undefined) {
      this.#log.warn(
        `The kernel does not describe its structs (BTF): ${wrongWithoutBtf}`,
      );
    }
    this.#usesBtf.set(program, object.usesBtf);
    return object;
  }

  #holder({ xdpProgram }: NetInterface): Holder | undefined {
    const find = (id: number) => new Holders(this.#lib).find(id);
    return rescue(() => xdpProgram && find(xdpProgram), () => undefined) ||
      undefined;
  }

  #describeHolder({ xdpProgram }: NetInterface): string | undefined {
    const describe = (id: number) => new Holders(this.#lib).describe(id);
    return rescue(() => xdpProgram && describe(xdpProgram), () => undefined) ||
      undefined;
  }

  /** Opens the program to ride on. @throws {Failure} that cannot be */
  #ride(netInterface: NetInterface, stack: DisposableStack): Ride {
    const carrier = carrierOn(this.#lib, netInterface);
    if ("why" in carrier) {
      const { exitCode, why, remedy } = carrier;
      throw new Failure(
        exitCode,
        `Cannot observe the XDP program of "${netInterface.name}": ${why}; ${remedy}`,
      );
    }
    stack.use(carrier);
    const place = { ifindex: netInterface.index, netns: networkNamespace() };
    return { carrier, place };
  }

  /** Logs how much memory the maps will need; as a notice if it is much. */
  announceMemory(interfaces: number, log: Logger): void {
    const MUCH = 100e6;
    const { keying, maxSources, directions } = this.#counting;
    const bytes = mapMemory(keying, maxSources, this.#cpus.present) *
      directions.length * interfaces;
    const message = `The maps will need about ${
      formatBytes(Math.round(bytes))
    } of memory`;
    if (bytes > MUCH) log.info(message);
    else log.debug(message);
  }
}
