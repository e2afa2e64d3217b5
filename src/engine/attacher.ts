/** Attaches loaded programs to their interfaces: to all of them, or to none. */
import type { Logger } from "@std/log/logger";
import type { Link } from "../bpf/link.ts";
import { CallError, errnoText } from "../ffi/errno.ts";
import type { Mode } from "../hooks/hook.ts";
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
import type { Explainer } from "./explainer.ts";
import type { Loaded } from "./loader.ts";

/** A direction of an interface, with the program attached to it. */
export interface Attached extends Loaded {
  readonly link: Link;
  /** When it was attached. */
  readonly start: Moment;
}

export class Attacher {
  readonly #mode: Mode;
  readonly #explainer: Explainer;
  readonly #log: Logger;
  #mustRestore = false;

  constructor(mode: Mode, explainer: Explainer, log: Logger) {
    this.#mode = mode;
    this.#explainer = explainer;
    this.#log = log;
  }

  /** Capabilities that the end of the session takes. */
  get neededAtEnd(): readonly Capability[] {
    return this.#mustRestore ? ["CAP_NET_ADMIN"] : [];
  }

  /**
   * @param stack detaches; nothing is added to it if this throws
   * @throws {Failure}
   */
  attach(loaded: readonly Loaded[], stack: DisposableStack): Attached[] {
    using attempt = new DisposableStack();
    const offloads = this.#mode === "native" ? [] : mergingOffloads();
    const attached = loaded.map((each) => this.#attach(each, attempt));
    this.#keepOffloads(offloads, stack);
    stack.use(attempt.move());
    return attached;
  }

  #attach(loaded: Loaded, stack: DisposableStack): Attached {
    const { interface: netInterface, direction, hook } = loaded;
    const { link, reason } = this.#explainer.explained(
      netInterface,
      hook,
      () => hook.attach({ ...loaded, mode: this.#mode }),
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
    return { ...loaded, link, start };
  }

  /** Generic mode turns offloads off for good; they are restored at the end. */
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
}
