/**
 * A session: counts on interfaces and yields records. Its phases are types:
 * the `attach` of a LoadedSession returns a Session, which is a sequence of records.
 */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import {
  type Capability,
  NEEDED,
  NEEDED_TO_OBSERVE,
  withSpareCapabilities,
} from "../process/capabilities.ts";
import { bootTime } from "../process/clock.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { User } from "../process/user.ts";
import type { FieldName } from "../basics/keys.ts";
import type { EndRecord, RunRecord } from "../tally/records.ts";
import { Schedule } from "../tally/schedule.ts";
import { type Attached, Attacher } from "./attacher.ts";
import { AbsentInterfaces } from "./absent_interfaces.ts";
import { InterfaceRun } from "./interface_run.ts";
import { lookUpInterface, requireInterfaces } from "./interface_lookup.ts";
import { type Loaded, Loader } from "./loader.ts";
import { requireOpenFiles } from "./open_files.ts";
import type { SessionOptions, Timing } from "./options.ts";
import { succession } from "./recount.ts";
import { dropPrivileges, requireDroppable, successor } from "./rights.ts";
import { Ticks } from "./ticks.ts";

/** Milliseconds between two attempts to attach to a busy interface. */
const RETRY = 250;

/** What the phases of a session share. */
interface Parts {
  readonly options: SessionOptions;
  readonly log: Logger;
  /** The user to become; undefined: stay the same. */
  readonly user: User | undefined;
  /** Interfaces that are missing and waited for. */
  readonly absent: readonly string[];
  readonly loader: Loader;
  /** Disposes of all that is loaded and attached. */
  readonly stack: DisposableStack;
}

/**
 * Programs that are loaded and can be attached. Disposing of it detaches too.
 *
 * @example
 * ```ts
 * using loaded = new LoadedSession(options, log);
 * using stop = new StopRequest();
 * const session = await loaded.attach(stop);
 * await session?.giveUpRights(() => true);
 * for await (const records of session ?? []) {
 *   for (const record of records) console.log(record.type);
 * }
 * ```
 */
export class LoadedSession implements Disposable {
  readonly #parts: Parts;
  readonly #loaded: Loaded[];

  /**
   * Loads the program for each interface that exists.
   *
   * @throws {Failure} an interface is missing, the program cannot be loaded, or
   * there is no such user
   */
  constructor(options: SessionOptions, log: Logger) {
    using stack = new DisposableStack();
    const { interfaces, waiting, counting } = options;
    requireOpenFiles(interfaces.length * counting.directions.length);
    const absent = interfaces.filter((name) =>
      waiting?.waitsForInterface === true && lookUpInterface(name) === undefined
    );
    const found = requireInterfaces(
      interfaces.filter((name) => !absent.includes(name)),
    );
    const user = successor(options.user);
    requireDroppable(user);
    const loader = new Loader(counting, log, options.logsLibbpf ?? false);
    loader.announceMemory(interfaces.length, log);
    this.#loaded = loader.load(found, stack);
    this.#parts = { options, log, user, absent, loader, stack: stack.move() };
  }

  /** The user that the session becomes once attached; undefined: it stays the same. */
  get user(): User | undefined {
    return this.#parts.user;
  }

  /**
   * Attaches to all interfaces, or to none; before that it waits as `waiting`
   * says.
   *
   * @returns undefined: `stop` was requested before
   * @throws {Failure} what failed on which interface, and what to do
   */
  async attach(stop: StopRequest): Promise<Session | undefined> {
    const { options: { waiting }, loader, log } = this.#parts;
    const attacher = new Attacher(loader, log);
    const splay = Math.random() * (waiting?.splay ?? 0);
    if (splay > 0) log.debug(`Attaching in ${(splay / 1000).toFixed(1)} s`);
    await stop.sleepUntil(bootTime() + splay);
    const attached = await this.#attachPatiently(attacher, stop);
    return attached &&
      new Session({ ...this.#parts, attacher, attached, stop });
  }

  /** Tries again while an interface is busy, up to `--wait`. */
  async #attachPatiently(
    attacher: Attacher,
    stop: StopRequest,
  ): Promise<Attached[] | undefined> {
    const { options: { waiting }, log, stack } = this.#parts;
    const wait = waiting?.wait ?? 0;
    const end = bootTime() + wait;
    for (let isFirst = true; !stop.isRequested; isFirst = false) {
      try {
        return attacher.attach(this.#loaded, stack);
      } catch (error) {
        const isBusy = error instanceof Failure && error.exitCode === EXIT.busy;
        if (!isBusy || bootTime() >= end) throw error;
        if (isFirst) {
          log.info(`Waiting up to ${wait / 1000} s: ${error.message}`);
        }
        await stop.sleepUntil(Math.min(bootTime() + RETRY, end));
      }
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#parts.stack[Symbol.dispose]();
  }
}

interface AttachedParts extends Parts {
  readonly attacher: Attacher;
  readonly attached: readonly Attached[];
  readonly stop: StopRequest;
}

/**
 * Counts from the moment it is attached; ticks begin when it is iterated. Each
 * item has the records of one tick. Iterate over all of them: a record is read
 * when it is asked for, and valid until the next one is.
 */
class Session implements AsyncIterable<Iterable<RunRecord>> {
  readonly #parts: AttachedParts;
  readonly #ticks: Ticks;
  readonly #host = Deno.hostname();

  constructor(parts: AttachedParts) {
    const { options, log, stop, attached, absent } = parts;
    const { timing, counting: { filter } } = options;
    this.#parts = parts;
    this.#ticks = new Ticks(this.#begin(attached), {
      stop,
      log,
      schedule: new Schedule({ ...timing, first: firstDeadline(timing) }),
      limit: options.limit,
      interval: timing.interval,
      absent: new AbsentInterfaces(
        absent,
        options.waiting?.waitsForInterface
          ? (name) => this.#startRuns(name)
          : undefined,
      ),
      startOf: (run) =>
        run.start({
          interval: timing.interval / 1000,
          filter: filter?.text,
        }),
    });
  }

  [Symbol.asyncIterator](): AsyncGenerator<Iterable<RunRecord>> {
    return this.#ticks.records();
  }

  /** The exit code of the process, unless its output fails. */
  get exitCode(): ExitCode {
    return this.#ticks.exitCode;
  }

  /** Milliseconds until the session ends by its schedule; Infinity: never. */
  get timeLeft(): number {
    return this.#ticks.timeLeft;
  }

  /** The current runs up to the last tick, as end records. @param top rows, 0 for all */
  soFar(top: number): EndRecord[] {
    return this.#ticks.soFar(top);
  }

  /** Changes the interval between ticks, in milliseconds. */
  setInterval(interval: number): void {
    this.#ticks.setInterval(interval);
  }

  /**
   * Becomes the user of the options, with the capabilities that the rest of the
   * session needs. If `canGoOnAs` returns false, nothing is given up.
   *
   * @throws {Failure} exit code 3: it was refused
   */
  async giveUpRights(canGoOnAs: (user: User) => boolean): Promise<void> {
    const { user, attached, log } = this.#parts;
    if (user !== undefined && !canGoOnAs(user)) return;
    await dropPrivileges(
      user,
      this.#neededLater(),
      () =>
        attached.forEach(({ link }) => link.missed?.() ?? link.isAttached()),
      log,
    );
  }

  /** To load or attach anew, or to put things in order at the end. */
  #neededLater(): readonly Capability[] {
    const { options: { waiting, counting }, attacher, attached } = this.#parts;
    if (this.canRecount) return NEEDED;
    if (!waiting?.waitsForInterface) return attacher.neededAtEnd;
    const observes = counting.hook?.needsHolder ||
      attached.some(({ way }) => way.hook.needsHolder);
    return observes ? NEEDED_TO_OBSERVE : NEEDED;
  }

  /** Whether `recount` may be called: it was asked for, and all programs can be replaced. */
  get canRecount(): boolean {
    const { options: { canRecount }, attached } = this.#parts;
    return canRecount === true &&
      attached.every(({ link }) => link.replace !== undefined);
  }

  /**
   * Counts by other fields from the next moment on: each run ends, and another one
   * begins with the next frame.
   *
   * @param refuse called with the reason if a program cannot be loaded; the runs go on
   */
  recount(fields: readonly FieldName[], refuse: (why: string) => void): void {
    const keying = { ...this.#parts.options.counting.keying, fields };
    const run = crypto.randomUUID();
    const begin = (next: Attached) => this.#begin([next], keying, run)[0]!;
    this.#ticks.replaceRuns(() => {
      try {
        return succession(this.#parts, keying, begin);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        refuse(error.message);
        return undefined;
      }
    });
  }

  /** Starts the runs of attached interfaces; their records share an id. */
  #begin(
    attached: readonly Attached[],
    keying = this.#parts.options.counting.keying,
    run = crypto.randomUUID() as string,
  ): InterfaceRun[] {
    const { rows, counting, names } = this.#parts.options;
    const identity = { host: this.#host, run, names };
    const { maxSources } = counting;
    return attached.map((each) =>
      new InterfaceRun(each, identity, { ...rows, keying, maxSources })
    );
  }

  /** Attaches to an interface that was missing, if it has appeared. */
  #startRuns(name: string): readonly InterfaceRun[] {
    const { loader, attacher, stack } = this.#parts;
    const found = lookUpInterface(name);
    if (found === undefined) return [];
    using attempt = new DisposableStack();
    const attached = withSpareCapabilities(() =>
      attacher.attach(loader.load([found], attempt), attempt)
    );
    stack.use(attempt.move());
    return this.#begin(attached);
  }
}

/** With `isAligned`, ms until the wall clock's next multiple of the interval. */
function firstDeadline({ isAligned, interval }: Timing): number | undefined {
  return isAligned ? interval - Date.now() % interval : undefined;
}
