/** Attaches loaded programs to their interfaces: to all of them, or to none. */
import type { Logger } from "@std/log/logger";
import type { Link } from "../bpf/link.ts";
import type { Lookout } from "../hooks/hook.ts";
import { errnoText, rescue } from "../ffi/errno.ts";
import {
  lostOffloads,
  mergingOffloads,
  type Offload,
  repairLine,
  restore,
} from "../net/offloads.ts";
import type { Capability } from "../process/capabilities.ts";
import { moment } from "../process/clock.ts";
import type { Moment } from "../tally/run.ts";
import { type Context, explained } from "./explained.ts";
import type { Loaded } from "./loader.ts";

/** A direction of an interface, with the program attached to it. */
export interface Attached extends Loaded {
  readonly link: Link;
  readonly start: Moment;
  /** Undefined: this kernel cannot tell. */
  readonly lookout: Lookout | undefined;
}

/** Attaches, and restores the offloads that this turned off. */
export class Attacher {
  readonly #context: Context;
  readonly #log: Logger;
  #mustRestore = false;

  constructor(context: Context, log: Logger) {
    this.#context = context;
    this.#log = log;
  }

  /** Capabilities that the end of the session needs. */
  get neededAtEnd(): readonly Capability[] {
    return this.#mustRestore ? ["CAP_NET_ADMIN"] : [];
  }

  /**
   * Attaches all programs, or none.
   *
   * @param stack gets what restores offloads, and, unless this throws, what detaches
   * @throws {Failure} what failed on which interface, and what to do
   */
  attach(loaded: readonly Loaded[], stack: DisposableStack): Attached[] {
    using attempt = new DisposableStack();
    const { mode } = this.#context.counting;
    const isRisk = loaded.some(({ hook }) => hook.turnsOffOffloads(mode));
    const offloads = isRisk ? mergingOffloads() : [];
    let attached: Attached[];
    try {
      attached = loaded.map((each) => this.#attach(each, attempt));
    } finally {
      // After a failure too: the interfaces before it may have lost offloads.
      this.#keepOffloads(offloads, stack);
    }
    stack.use(attempt.move());
    return attached;
  }

  #attach(loaded: Loaded, stack: DisposableStack): Attached {
    const { interface: netInterface, direction, hook, object } = loaded;
    const { mode } = this.#context.counting;
    const { link, reason } = explained(
      this.#context,
      netInterface,
      hook,
      () => hook.attach({ ...loaded, mode }),
    );
    const start = moment();
    stack.use(link);
    const { name, isUp } = netInterface;
    if (reason !== undefined) {
      this.#log.info(`Using ${link.mode} mode on "${name}": ${reason}`);
    }
    this.#log.info(hook.notice(netInterface, direction, link));
    if (!isUp) {
      this.#log.warn(
        `Interface "${name}" is down: nothing is counted until it is up`,
      );
    }
    const { index } = netInterface;
    const { lib } = this.#context;
    const lookout = hook.lookout(lib, index, direction, object);
    if (lookout === undefined) {
      this.#log.warn(
        `Cannot tell which programs are before xdptally on "${name}": the kernel does not describe its structs (BTF)`,
      );
    }
    return { ...loaded, link, start, lookout };
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
    rescue(() => restore(offload), ({ errno }) => {
      const { feature, interface: name } = offload;
      this.#log.warn(
        `Cannot turn on ${feature} of "${name}" again: ${
          errnoText(errno)
        }; run: ${repairLine(offload)}`,
      );
    });
  }
}
