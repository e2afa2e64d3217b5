/**
 * A session counts on some interfaces and gives records. Its phases are types:
 * `loadSession` loads the programs, `attach` attaches them, and the session that
 * comes out of it is a sequence of records.
 */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import { NEEDED } from "../process/capabilities.ts";
import { bootTime } from "../process/clock.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { User } from "../process/user.ts";
import type { EndRecord, RunRecord } from "../tally/records.ts";
import { Schedule } from "../tally/schedule.ts";
import { type Attached, Attacher } from "./attacher.ts";
import { InterfaceRun } from "./interface_run.ts";
import { lookUpInterface, requireInterfaces } from "./interfaces.ts";
import { type Loaded, Loader } from "./loader.ts";
import type { SessionOptions, Timing } from "./options.ts";
import { dropPrivileges, successor } from "./rights.ts";
import { Ticks } from "./ticks.ts";

/** How often an interface that is busy is tried again, in ms. */
const TRY_AGAIN = 250;

/**
 * Loads the program for each interface that is there. Nothing is attached.
 *
 * @throws {Failure} an interface is missing, or the program cannot be loaded
 * @example
 * ```ts
 * using loaded = loadSession(options, log);
 * using stop = new StopRequest();
 * const session = await loaded.attach(stop);
 * await session?.giveUpRights(() => true);
 * for await (const records of session ?? []) {
 *   for (const record of records) console.log(record.type);
 * }
 * ```
 */
export function loadSession(
  options: SessionOptions,
  log: Logger,
): LoadedSession {
  return new LoadedSession(options, log);
}

/** Programs that are loaded, and not yet attached. Disposing of it detaches too. */
class LoadedSession implements Disposable {
  readonly #options: SessionOptions;
  readonly #log: Logger;
  readonly #user: User | undefined;
  readonly #absent: readonly string[];
  readonly #loader: Loader;
  readonly #loaded: readonly Loaded[];
  readonly #stack: DisposableStack;

  constructor(options: SessionOptions, log: Logger) {
    using stack = new DisposableStack();
    const { interfaces, waiting, counting } = options;
    const isAbsent = (name: string) =>
      waiting?.waitsForInterface === true &&
      lookUpInterface(name) === undefined;
    this.#options = options;
    this.#log = log;
    this.#absent = interfaces.filter(isAbsent);
    const present = interfaces.filter((name) => !this.#absent.includes(name));
    const found = requireInterfaces(present);
    this.#user = successor(options.user);
    this.#loader = new Loader(counting, log, options.logsLibbpf ?? false);
    this.#loader.announceMemory(interfaces.length, log);
    this.#loaded = this.#loader.load(found, stack);
    this.#stack = stack.move();
  }

  /**
   * Attaches to all interfaces, or to none; before that it waits as `waiting`
   * says.
   *
   * @returns undefined: `stop` was requested before
   * @throws {Failure}
   */
  async attach(stop: StopRequest): Promise<Session | undefined> {
    const { counting, waiting } = this.#options;
    const attacher = new Attacher(
      counting.mode,
      this.#loader.explainer,
      this.#log,
    );
    const splay = Math.random() * (waiting?.splay ?? 0);
    await stop.sleepUntil(bootTime() + splay);
    const attached = await this.#attachPatiently(attacher, stop);
    return attached && new Session({
      options: this.#options,
      log: this.#log,
      user: this.#user,
      absent: this.#absent,
      loader: this.#loader,
      attacher,
      attached,
      stop,
      stack: this.#stack,
    });
  }

  /** Waits for interfaces that are busy. */
  async #attachPatiently(
    attacher: Attacher,
    stop: StopRequest,
  ): Promise<Attached[] | undefined> {
    const wait = this.#options.waiting?.wait ?? 0;
    const end = bootTime() + wait;
    for (let isFirst = true; !stop.isRequested; isFirst = false) {
      try {
        return attacher.attach(this.#loaded, this.#stack);
      } catch (error) {
        const isBusy = error instanceof Failure && error.exitCode === EXIT.busy;
        if (!isBusy || bootTime() >= end) throw error;
        if (isFirst) {
          this.#log.info(
            `Waiting for ${wait / 1000} s at most: ${error.message}`,
          );
        }
        await stop.sleepUntil(Math.min(bootTime() + TRY_AGAIN, end));
      }
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

/** What a session goes on with. */
interface Parts {
  readonly options: SessionOptions;
  readonly log: Logger;
  readonly user: User | undefined;
  readonly absent: readonly string[];
  readonly loader: Loader;
  readonly attacher: Attacher;
  readonly attached: readonly Attached[];
  readonly stop: StopRequest;
  /** What is taken up later is disposed of with it. */
  readonly stack: DisposableStack;
}

/**
 * Counts from the moment it was attached; its ticks begin with the iteration.
 * The records of a tick come together. Each is good until the next is asked for,
 * and all have to be taken.
 */
export class Session implements AsyncIterable<Iterable<RunRecord>> {
  readonly #parts: Parts;
  readonly #ticks: Ticks;
  readonly #host = Deno.hostname();

  constructor(parts: Parts) {
    const { options, log, stop, attached, absent } = parts;
    const { timing, counting: { filter } } = options;
    this.#parts = parts;
    this.#ticks = new Ticks(this.#begin(attached), {
      stop,
      log,
      schedule: new Schedule({ ...timing, first: firstDeadline(timing) }),
      limit: options.limit,
      absent,
      takeUp: options.waiting?.waitsForInterface
        ? (name) => this.#takeUp(name)
        : undefined,
      startOf: (run) => run.start(filter?.text, timing.interval),
    });
  }

  [Symbol.asyncIterator](): AsyncGenerator<Iterable<RunRecord>> {
    return this.#ticks.records();
  }

  /** What the process should end with, as far as the counting decides. */
  get exitCode(): ExitCode {
    return this.#ticks.exitCode;
  }

  /** Milliseconds until the session ends by its schedule; Infinity: never. */
  get timeLeft(): number {
    return this.#ticks.timeLeft;
  }

  /** The runs up to the last tick, in the form of end records. */
  get soFar(): EndRecord[] {
    return this.#ticks.soFar;
  }

  /** From now on ticks come `interval` milliseconds apart. */
  setInterval(interval: number): void {
    this.#ticks.setInterval(interval);
  }

  /**
   * Becomes the user of the options, and keeps what the rest of the session
   * needs. Where `canGoOnAs` says no, nothing is given up.
   *
   * @throws {Failure} exit code 3: it did not work
   */
  async giveUpRights(canGoOnAs: (user: User) => boolean): Promise<void> {
    const { user, options, attacher, attached } = this.#parts;
    if (user !== undefined && !canGoOnAs(user)) return;
    await dropPrivileges(
      user,
      options.waiting?.waitsForInterface ? NEEDED : attacher.neededAtEnd,
      () => attached.forEach(({ link }) => link.interfaceIndex()),
    );
  }

  /** The interfaces of a run begin to count. */
  #begin(attached: readonly Attached[]): InterfaceRun[] {
    const { rows, counting } = this.#parts.options;
    const identity = { host: this.#host, run: crypto.randomUUID() };
    const { keying, maxSources } = counting;
    return attached.map((each) =>
      new InterfaceRun(each, identity, { ...rows, keying, maxSources })
    );
  }

  /** An interface that was missing, in a run of its own. */
  #takeUp(name: string): readonly InterfaceRun[] {
    const { loader, attacher, stack } = this.#parts;
    const found = lookUpInterface(name);
    if (found === undefined) return [];
    using attempt = new DisposableStack();
    const attached = attacher.attach(loader.load([found], attempt), attempt);
    stack.use(attempt.move());
    return this.#begin(attached);
  }
}

/** With `isAligned`, ms to the wall clock's next multiple of the interval. */
function firstDeadline({ isAligned, interval }: Timing): number | undefined {
  return isAligned ? interval - Date.now() % interval : undefined;
}
