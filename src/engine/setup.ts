import type { Logger } from "@std/log/logger";
import { describeHolder } from "../bpf/holder.ts";
import { type Cpus, findCpus } from "../bpf/cpus.ts";
import { type Hook, mapMemory } from "../bpf/layout.ts";
import { type Libbpf, openLibbpf, withMessages } from "../bpf/library.ts";
import {
  attach,
  AttachError,
  type Attachment,
  Link,
  type NativeRefusal,
} from "../bpf/link.ts";
import { loadObject } from "../bpf/load.ts";
import type { LoadedObject } from "../bpf/object.ts";
import type { WatchOptions } from "../commands/watch/parse.ts";
import { moment } from "../process/clock.ts";
import type { Direction } from "../basics/keys.ts";
import type { Moment } from "../tally/run.ts";
import {
  type Capability,
  missingCapabilities,
} from "../process/capabilities.ts";
import { explain } from "./advice.ts";
import { CallError, ERRNO, errnoText } from "../ffi/errno.ts";
import { reasonToAvoidNative } from "../net/drivers.ts";
import { linkLayer, type NetInterface } from "../net/interfaces.ts";
import {
  lostOffloads,
  mergingOffloads,
  type Offload,
  repairLine,
  restore,
} from "../net/offloads.ts";
import { formatBytes } from "../formats/text.ts";

/** One side of an interface, with the program loaded for it. */
export interface Loaded {
  readonly interface: NetInterface;
  readonly direction: Direction;
  readonly object: LoadedObject;
}

/** An interface with the program attached to it. */
export interface Attached extends Loaded {
  readonly link: Link;
  /** When it was attached. */
  readonly start: Moment;
}

/** Loads and attaches, and puts what fails into words for the operator. */
export class Setup {
  readonly #options: WatchOptions;
  readonly #log: Logger;
  readonly #lib: Libbpf;
  readonly #cpus = findCpus();
  /** Whether the kernel took the object that uses BTF; undefined: not tried yet. */
  #usesBtf: boolean | undefined;
  #mustRestore = false;

  /** @throws {Failure} there is no libbpf that can be used */
  constructor(options: WatchOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
    this.#lib = openLibbpf();
    log.debug(`Using ${this.#lib.name}`);
    announceMemory(options, this.#cpus, log);
  }

  /**
   * Loads the program for each interface.
   *
   * @param stack disposes of it
   * @throws {Failure}
   */
  load(interfaces: readonly NetInterface[], stack: DisposableStack): Loaded[] {
    const { directions, maxSources, keying, filter } = this.#options;
    return interfaces.flatMap((netInterface) =>
      directions.map((direction) => {
        const hook = this.#hook(direction);
        const object = this.#explained(
          netInterface,
          direction,
          () =>
            loadObject(this.#lib, {
              hook,
              isEgress: direction === "out",
              maxSources,
              isLayer3: linkLayer(netInterface.hardwareType) === "ip",
              keying,
              filter,
              cpus: this.#cpus,
              usesBtf: this.#usesBtf,
            }),
        );
        if (hook === "xdp") this.#usesBtf = object.usesBtf;
        return {
          interface: netInterface,
          direction,
          object: stack.use(object),
        };
      })
    );
  }

  /** XDP sees only what comes in. */
  #hook(direction: Direction): Hook {
    return direction === "out" ? "tc" : this.#options.hook;
  }

  /**
   * Attaches to all of the interfaces, or to none.
   *
   * @param stack detaches; nothing is added to it if this throws
   * @throws {Failure}
   */
  attach(loaded: readonly Loaded[], stack: DisposableStack): Attached[] {
    using attempt = new DisposableStack();
    const { mode } = this.#options;
    const offloads = mode === "native" ? [] : mergingOffloads();
    const attached = loaded.map((each) => {
      const { interface: netInterface, direction, object } = each;
      const { index, driver } = netInterface;
      const attachment = this.#explained(
        netInterface,
        direction,
        () =>
          this.#hook(direction) === "tc"
            ? { link: new Link(object, index, "tc", direction) }
            : attach(object, index, mode, reasonToAvoidNative(driver)),
      );
      const start = moment();
      attempt.use(attachment.link);
      announce(netInterface, direction, attachment, this.#log);
      return { ...each, link: attachment.link, start };
    });
    this.#keepOffloads(offloads, stack);
    stack.use(attempt.move());
    return attached;
  }

  /** Capabilities that the end of the run takes. */
  get neededAtEnd(): readonly Capability[] {
    return this.#mustRestore ? ["CAP_NET_ADMIN"] : [];
  }

  /** Has what generic mode turned off turned on again, once it is detached. */
  #keepOffloads(before: readonly Offload[], stack: DisposableStack): void {
    for (const offload of lostOffloads(before)) {
      this.#log.info(
        `Generic mode turned ${offload.feature} off on "${offload.interface}"; it is turned on again at the end. After a kill: ${
          repairLine(offload)
        }`,
      );
      this.#mustRestore = true;
      stack.defer(() => this.#restore(offload));
    }
  }

  #restore(offload: Offload): void {
    try {
      restore(offload);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#log.warn(
        `Cannot turn ${offload.feature} on again: ${
          errnoText(error.errno)
        }; do it with: ${repairLine(offload)}`,
      );
    }
  }

  /** Runs `action` with libbpf's messages caught, and its errors put into words. */
  #explained<T>(
    netInterface: NetInterface,
    direction: Direction,
    action: () => T,
  ): T {
    const { verbosity, maxSources } = this.#options;
    const mode = this.#hook(direction) === "tc" ? "tc" : this.#options.mode;
    const messages: string[] = [];
    const tell = verbosity > 1
      ? (line: string) => void this.#log.debug(line)
      : undefined;
    try {
      return withMessages(this.#lib, messages, tell, action);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { name, index, driver, mtu } = netInterface;
      const { errno } = error;
      throw explain(error, {
        interfaceName: name,
        driver,
        mtu,
        maxSources,
        mode: error instanceof AttachError ? error.mode : mode,
        missing: PERMISSION.has(errno) ? missingCapabilities() : [],
        holder: TAKEN.has(errno) ? describeHolder(this.#lib, index) : undefined,
      }, messages);
    }
  }
}

/** What needs looking into further: with other errors that may fail too. */
const PERMISSION = new Set<number>([ERRNO.EPERM, ERRNO.EACCES]);
const TAKEN = new Set<number>([ERRNO.EBUSY, ERRNO.EEXIST]);

function announce(
  { name, index, isUp }: NetInterface,
  direction: Direction,
  { link, nativeRefused }: Attachment,
  log: Logger,
): void {
  if (nativeRefused !== undefined) {
    log.info(`Using generic mode on "${name}": ${refusal(nativeRefused)}`);
  }
  log.info(
    link.mode === "tc"
      ? `Attached tc program to iface "${name}" (index ${index}, frames that ${
        direction === "in" ? "come in" : "go out"
      })`
      : `Attached XDP program to iface "${name}" (index ${index}, ${link.mode} mode)`,
  );
  if (!isUp) {
    log.warn(`Interface "${name}" is down: nothing is counted until it is up`);
  }
}

function refusal(why: NativeRefusal): string {
  return typeof why === "string"
    ? why
    : `its driver refuses native mode: ${errnoText(why.errno)}`;
}

/** Says what the maps will take, aloud where that is much. */
function announceMemory(
  { maxSources, interfaces, directions }: WatchOptions,
  { present }: Cpus,
  log: Logger,
): void {
  const MUCH = 100e6;
  const bytes = mapMemory(maxSources, present) *
    interfaces.length * directions.length;
  const message = `The maps will take about ${
    formatBytes(BigInt(Math.round(bytes)))
  }`;
  if (bytes > MUCH) log.info(message);
  else log.debug(message);
}
