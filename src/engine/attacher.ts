/** Attaches loaded programs to their interfaces: to all of them, or to none. */
import type { Logger } from "@std/log/logger";
import type { Attachment } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { fieldRemarks } from "../hooks/field_remarks.ts";
import { remarksOn } from "../hooks/kinds.ts";
import type { Lookout } from "../hooks/hook.ts";
import {
  lostOffloads,
  mergingOffloads,
  type Offload,
  repairLine,
  restore,
} from "../net/offloads.ts";
import {
  type Capability,
  withSpareCapabilities,
} from "../process/capabilities.ts";
import { moment } from "../process/clock.ts";
import type { Moment } from "../tally/moment.ts";
import { explained } from "./explained.ts";
import type { Loaded, Loader } from "./loader.ts";

/** Refusals that every other way would meet too. */
const FINAL = new Set<number>([
  ERRNO.EBUSY,
  ERRNO.EEXIST,
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.ENODEV,
]);

/** A direction of an interface, with the program attached to it. */
export interface Attached extends Loaded {
  readonly link: Attachment;
  readonly start: Moment;
  /** Undefined: this kernel cannot tell. */
  readonly lookout: Lookout | undefined;
}

/** Attaches, and restores the offloads that this turned off. */
export class Attacher {
  readonly #loader: Loader;
  readonly #log: Logger;
  #mustRestore = false;

  constructor(loader: Loader, log: Logger) {
    this.#loader = loader;
    this.#log = log;
  }

  /** Capabilities that the end of the session needs. */
  get neededAtEnd(): readonly Capability[] {
    return this.#mustRestore ? ["CAP_NET_ADMIN"] : [];
  }

  /**
   * Attaches all programs, or none.
   *
   * @param loaded gets what is loaded instead where the kernel refuses a way
   * @param stack gets what restores offloads, and, unless this throws, what detaches
   * @throws {Failure} what failed on which interface, and what to do
   */
  attach(loaded: Loaded[], stack: DisposableStack): Attached[] {
    using attempt = new DisposableStack();
    const isRisk = loaded.some(({ way, others }) =>
      [way, ...others].some(({ mode }) => mode === "generic")
    );
    const offloads = isRisk ? mergingOffloads() : [];
    let attached: Attached[];
    try {
      attached = loaded.map((_, at) =>
        this.#attach(loaded, at, attempt, stack)
      );
    } finally {
      // After a failure too: the interfaces before it may have lost offloads.
      this.#keepOffloads(offloads, stack);
    }
    stack.use(attempt.move());
    for (const each of attached) this.#announce(each);
    return attached;
  }

  /** Attaches in the first way that the kernel does not refuse. */
  #attach(
    all: Loaded[],
    at: number,
    attempt: DisposableStack,
    stack: DisposableStack,
  ): Attached {
    const loaded = all[at]!;
    const { interface: netInterface, direction, way, others } = loaded;
    const attach = () => way.hook.attach({ ...loaded, mode: way.mode });
    const tried = explained(
      this.#loader.context,
      netInterface,
      way.hook,
      () =>
        others.length === 0 ? attach() : rescue(attach, (error) => {
          if (FINAL.has(error.errno)) throw error;
          return errnoText(error.errno);
        }),
    );
    if (typeof tried === "string") {
      const reason = `${way.mode} mode is refused: ${tried}`;
      const [next, ...rest] = others;
      const ways = [{ ...next!, reason }, ...rest];
      loaded.object[Symbol.dispose](); // its maps may take half of the memory
      all[at] = this.#loader.loadFor(netInterface, direction, ways, stack);
      return this.#attach(all, at, attempt, stack);
    }
    const start = moment();
    attempt.use(tried);
    return { ...loaded, link: tried, start, lookout: this.#lookout(loaded) };
  }

  /**
   * Puts another program into the place of one that is attached.
   *
   * @param object of the same hook and mode
   * @throws {CallError} nothing has changed
   */
  replace(attached: Attached, object: LoadedObject): Attached {
    return withSpareCapabilities(() => {
      attached.link.replace!(object);
      const next = { ...attached, object, start: moment() };
      return { ...next, lookout: this.#lookout(next) };
    });
  }

  /** Says what is attached and why, and what that cannot count right. */
  #announce({ interface: netInterface, direction, way, holder }: Loaded): void {
    const { name, isUp } = netInterface;
    const { hook, mode, reason } = way;
    const notice = hook.notice(netInterface, direction, mode, holder);
    this.#log.info(reason === undefined ? notice : `${notice}: ${reason}`);
    const { wrong, costs } = remarksOn(netInterface, direction, mode);
    if (wrong !== undefined) this.#log.warn(`Interface "${name}": ${wrong}`);
    const { keying } = this.#loader.context.counting;
    for (const remark of fieldRemarks(netInterface, keying, mode)) {
      this.#log.warn(`Interface "${name}": ${remark}`);
    }
    if (costs !== undefined) this.#log.info(`Interface "${name}": ${costs}`);
    if (!isUp) {
      this.#log.warn(
        `Interface "${name}" is down: nothing is counted until it is up`,
      );
    }
  }

  #lookout(
    { interface: { name, index }, direction, way, object }: Loaded,
  ): Lookout | undefined {
    const { lib } = this.#loader.context;
    return rescue(() => {
      const lookout = way.hook.lookout(lib, index, direction, object);
      if (lookout !== undefined) return lookout;
      this.#log.warn(
        `Cannot tell which programs are before xdptally on "${name}": that needs BTF, the kernel's description of its structs`,
      );
    }, ({ message }) => {
      this.#log.warn(
        `Cannot tell which programs are before xdptally on "${name}": ${message}`,
      );
      return undefined;
    });
  }

  /** The kernel does not turn them on again itself, so the end of the session does. */
  #keepOffloads(before: readonly Offload[], stack: DisposableStack): void {
    for (const offload of lostOffloads(before)) {
      this.#log.info(
        `Generic mode turned off ${offload.feature} on "${offload.interface}", until the end of the run; after a kill, restore it with: ${
          repairLine(offload)
        }`,
      );
      this.#mustRestore = true;
      stack.defer(() => this.#restore(offload));
    }
  }

  #restore(offload: Offload): void {
    const restored = () => withSpareCapabilities(() => restore(offload));
    rescue(restored, ({ errno }) => {
      const { feature, interface: name } = offload;
      this.#log.warn(
        `Cannot turn on ${feature} of "${name}" again: ${
          errnoText(errno)
        }; run: ${repairLine(offload)}`,
      );
    });
  }
}
