/** The run of one direction of one interface, from attaching to the end. */
import { tunnelPortsText } from "../basics/tunnels.ts";
import { Generations } from "../bpf/generations.ts";
import type { Generation } from "../bpf/layout.ts";
import { rescue } from "../ffi/errno.ts";
import { bootTime, moment } from "../process/clock.ts";
import {
  type OwnCounter,
  type OwnCounters,
  ownCounters,
} from "../net/counters.ts";
import { comparisonFor } from "../hooks/comparison.ts";
import { interfaceName, type NetInterface } from "../net/interfaces.ts";
import type { Limit } from "../tally/limit.ts";
import type { Source } from "../tally/rank.ts";
import type {
  EndReason,
  EndRecord,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import type { Moment } from "../tally/moment.ts";
import { Run, type RunOptions, type WindowSources } from "../tally/run.ts";
import { minus, SourceList } from "../tally/source_list.ts";
import { VERSION } from "../basics/version.ts";
import type { Attached } from "./attacher.ts";
import { runRemarks } from "./run_remarks.ts";
import { booksOf } from "./window_books.ts";
import { explainDiscrepancy } from "./crosscheck_warning.ts";

type CountersByName = ReadonlyMap<string, OwnCounters>;

/** What identifies a run in its records. */
type RunIdentity = Pick<Origin, "host" | "run" | "names">;

/** What a start record has of the options. */
type Asked = Pick<StartRecord, "interval" | "filter">;

/** A window that has ended and is not completely read yet. */
interface Unread {
  readonly generation: Generation;
  readonly end: Moment;
  readonly skipped: number;
  readonly ownCounter: OwnCounter | undefined;
  readonly missed: bigint | undefined;
}

/**
 * Counts in windows. A window ends in three steps: `retire` switches the
 * generation, `waitForAll` (once for all runs) waits for the programs that still
 * run, `read` reads and empties the retired generation.
 *
 * @example
 * ```ts
 * run.retire(0, ownCounters());
 * run.waitForAll();
 * for (const record of run.read()) sink.write(record);
 * ```
 */
export class InterfaceRun implements Disposable {
  readonly interface: NetInterface;
  readonly #attached: Attached;
  readonly #origin: Origin;
  readonly #generations: Generations;
  readonly #run: Run;
  readonly #window: WindowSources;
  readonly #unread: Unread[] = [];
  /** The interface's own counter when it was attached. */
  readonly #atStart: OwnCounter | undefined;
  #currentName: string | undefined;
  /** When the last window ended. */
  #windowEnd: Moment;
  /** Frames that the kernel had kept from the program when the last window ended. */
  #missed = 0n;
  /** Deadlines that were missed in the current window. */
  #skipped = 0;

  constructor(attached: Attached, identity: RunIdentity, options: RunOptions) {
    const { interface: netInterface, direction, object, start } = attached;
    const { name } = netInterface;
    this.interface = netInterface;
    this.#attached = attached;
    this.#origin = {
      ...identity,
      interface: name,
      direction,
      by: options.keying.fields,
      inner: options.keying.inner && tunnelPortsText(options.keying.inner),
    };
    this.#currentName = name;
    this.#windowEnd = start;
    this.#atStart = ownCounters().get(name)?.[direction];
    this.#generations = new Generations(object);
    this.#window = {
      ipv4: new SourceList("ipv4", options.keying, options.maxSources),
      ipv6: new SourceList("ipv6", options.keying, options.maxSources),
    };
    this.#run = new Run(this.#origin, options, start);
  }

  start(asked: Asked): StartRecord {
    const { link, start, way, holder } = this.#attached;
    return {
      type: "start",
      ...this.#origin,
      ifindex: this.interface.index,
      mode: link.mode,
      modeReason: way.reason,
      holder,
      version: VERSION,
      start: new Date(start.wall),
      ...asked,
    };
  }

  get isComplete(): boolean {
    return this.#run.isComplete;
  }

  /** Warnings about what changes the meaning of the records, a sentence each. */
  get remarks(): string[] {
    return runRemarks(this.#attached, this.#run, this.#currentName);
  }

  /** Why the run cannot go on; undefined: it can. @throws {CallError} */
  lost(): "interface-gone" | "holder-gone" | "detached" | undefined {
    this.#currentName = interfaceName(this.interface.index);
    if (this.#currentName === undefined) return "interface-gone";
    const { link, way: { hook } } = this.#attached;
    if (link.isAttached()) return undefined;
    return hook.needsHolder ? "holder-gone" : "detached";
  }

  /**
   * Ends the window: later frames count into the next one. If the window before is
   * not completely read, the current one goes on instead.
   *
   * @param skipped deadlines that were missed before this one
   * @param counters the interfaces' own counters, read just now
   * @throws {CallError} nothing has changed
   */
  retire(skipped: number, counters: CountersByName): void {
    this.#skipped += skipped + 1; // this deadline is missed, unless the window ends
    if (this.hasUnread) return;
    const generation = this.#generations.active;
    const missed = this.#attached.link.missed?.();
    this.#generations.switch();
    this.#skipped--;
    this.#endWindow(generation, counters, missed);
  }

  /** Detaches, which ends the last window. */
  detach(skipped: number, counters: CountersByName): void {
    const { link } = this.#attached;
    link[Symbol.dispose]();
    this.#skipped += skipped;
    const missed = rescue(() => link.missed?.(), () => undefined);
    this.#endWindow(this.#generations.active, counters, missed);
  }

  /**
   * Ends the last window when another program takes the place of this run's: each
   * frame is counted by one of the two.
   *
   * @param replace puts that program there
   * @returns what is attached then
   * @throws {CallError} nothing has changed
   */
  handOver(
    replace: (attached: Attached) => Attached,
    counters: CountersByName,
  ): Attached {
    const next = replace(this.#attached);
    const { active } = this.#generations;
    this.#endWindow(active, counters, undefined, next.start);
    return next;
  }

  /** @param missed since the start */
  #endWindow(
    generation: Generation,
    counters: CountersByName,
    missed: bigint | undefined,
    end = moment(),
  ): void {
    this.#windowEnd = end;
    const skipped = this.#skipped;
    const ownCounter = this.#sinceStart(counters);
    this.#unread.push({
      ...{ generation, end, skipped, ownCounter },
      missed: missed === undefined ? undefined : missed - this.#missed,
    });
    this.#missed = missed ?? this.#missed;
    this.#skipped = 0;
  }

  /** Undefined, too, if the counter was reset because the interface was moved. */
  #sinceStart(counters: CountersByName): OwnCounter | undefined {
    const { direction } = this.#attached;
    const now = counters.get(this.#currentName ?? this.interface.name);
    if (now === undefined || this.#atStart === undefined) return undefined;
    const counter = minus(now[direction], this.#atStart);
    return counter.packets < 0n ? undefined : counter;
  }

  /** Whether an ended window is not completely read yet. */
  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  /** Waits for running programs, of all runs: see `Generations`. @throws {CallError} */
  waitForAll(): void {
    this.#generations.waitForAll();
  }

  /**
   * Reads the windows that have ended. A record is valid until the next one is
   * asked for.
   *
   * @throws {CallError} nothing is lost: the next call goes on from there
   */
  *read(): Generator<TickRecord> {
    for (let unread; (unread = this.#unread[0]) !== undefined;) {
      const books = booksOf(
        this.#generations.drain(unread.generation, this.#window),
        this.#attached.way.hook,
      );
      this.#unread.shift();
      const reading = (bootTime() - unread.end.boot) / 1000;
      yield this.#run.close(this.#window, books, { ...unread, reading });
      this.#window.ipv4.clear();
      this.#window.ipv6.clear();
    }
  }

  /** The warning that the interface's own counter clearly differs from the count. */
  get doubt(): string | undefined {
    const { way: { hook, mode }, direction } = this.#attached;
    const comparison = comparisonFor(this.interface, direction, mode);
    const discrepancy = this.#run.discrepancy(comparison);
    return discrepancy && explainDiscrepancy(this.interface, hook, {
      ...discrepancy,
      mode,
      direction,
      driver: this.interface.driver,
    });
  }

  /** Call when counts may be missing from the records. */
  markIncomplete(): void {
    this.#run.markIncomplete();
  }

  /** The source that exceeds a limit. @param record the last one of `read`, still valid */
  sourceOver(limit: Limit, seconds: number): Source | undefined {
    return this.#run.sourceOver(limit, this.#window, seconds);
  }

  /** The run up to the last tick, as an end record. @param top its rows, 0 for all */
  soFar(top: number): EndRecord {
    return this.#run.end("so far", this.#windowEnd, top);
  }

  /** The record of the whole run; incomplete if a window could not be read. */
  end(reason: EndReason): EndRecord {
    if (this.hasUnread) this.#run.markIncomplete();
    return this.#run.end(reason, this.#windowEnd);
  }

  /** Closes the maps of a run that was handed over. */
  closeMaps(): void {
    this.#attached.object[Symbol.dispose]();
  }

  /** Detaches and closes the maps. */
  [Symbol.dispose](): void {
    this.#attached.link[Symbol.dispose]();
    this.#attached.object[Symbol.dispose]();
  }
}
