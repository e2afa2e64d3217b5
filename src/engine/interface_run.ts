/** One direction of one interface, from attaching to the end. */
import { Generations } from "../bpf/generations.ts";
import { type Generation, TOTALS } from "../bpf/layout.ts";
import { bootTime, moment } from "../process/clock.ts";
import { type ReceiveCounter, receiveCounters } from "../net/counters.ts";
import { interfaceName, type NetInterface } from "../net/interfaces.ts";
import type { Books } from "../tally/books.ts";
import type { Limit } from "../tally/limit.ts";
import type { Source } from "../tally/rank.ts";
import type {
  EndReason,
  EndRecord,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import {
  type Moment,
  Run,
  type RunOptions,
  type Window,
} from "../tally/run.ts";
import { minus, SourceList } from "../tally/source_list.ts";
import { VERSION } from "../basics/version.ts";
import type { Attached } from "./attacher.ts";
import { explainDiscrepancy } from "./crosscheck_warning.ts";

type ReceiveCounters = ReadonlyMap<string, ReceiveCounter>;

/** What a run writes into its records, and how it makes them. */
interface RunIdentity {
  readonly host: string;
  /** Unique for each run. */
  readonly run: string;
}

/** A window that has ended and has not been read whole. */
interface Unread {
  readonly generation: Generation;
  readonly end: Moment;
  readonly skipped: number;
  readonly rxCounter: ReceiveCounter | undefined;
}

/**
 * Counts into windows. A window takes three steps: `retire` switches the
 * generation, `waitForAll` (once for all interfaces) lets the running programs
 * end, `read` empties what was retired.
 */
export class InterfaceRun implements Disposable {
  readonly interface: NetInterface;
  readonly #attached: Attached;
  readonly #origin: Origin;
  readonly #generations: Generations;
  readonly #run: Run;
  readonly #window: Window;
  /** Windows that are over, and have not been read whole. */
  readonly #unread: Unread[] = [];
  /** What the interface had received when it was attached. */
  readonly #received: ReceiveCounter | undefined;
  #currentName: string | undefined;
  /** When the last window ended. */
  #windowEnd: Moment;
  /** Deadlines that passed in the window that is open. */
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
      by: options.keying.by,
    };
    this.#currentName = name;
    this.#windowEnd = start;
    this.#received = direction === "in"
      ? receiveCounters().get(name)
      : undefined;
    this.#generations = new Generations(object);
    this.#window = {
      ipv4: new SourceList("ipv4", options.keying, options.maxSources),
      ipv6: new SourceList("ipv6", options.keying, options.maxSources),
    };
    this.#run = new Run(this.#origin, options, start);
  }

  /**
   * The record of the start.
   *
   * @param interval in milliseconds
   */
  start(filter: string | undefined, interval: number): StartRecord {
    const { link, start } = this.#attached;
    return {
      type: "start",
      ...this.#origin,
      ifindex: this.interface.index,
      mode: link.mode,
      version: VERSION,
      start: new Date(start.wall),
      interval: interval / 1000,
      filter,
    };
  }

  get isComplete(): boolean {
    return this.#run.isComplete;
  }

  /** More sources came than the run keeps. */
  get isFull(): boolean {
    return this.#run.isFull;
  }

  /** A CPU was added, and its packets are untracked. */
  get hasNewCpu(): boolean {
    return this.#run.hasNewCpu;
  }

  /** The interface's name when it was last looked at; undefined: it was gone. */
  get currentName(): string | undefined {
    return this.#currentName;
  }

  /** Why it cannot go on, if it cannot. */
  lost(): "interface-gone" | "detached" | undefined {
    this.#currentName = interfaceName(this.interface.index);
    if (this.#currentName === undefined) return "interface-gone";
    return this.#attached.link.interfaceIndex() === 0 ? "detached" : undefined;
  }

  /**
   * Ends the window: later frames count into the next one. Where the window
   * before has not been read whole, that comes first, and this one goes on.
   *
   * @param skipped deadlines that passed before this one without a tick
   * @param received what the interfaces say they received, just now
   */
  retire(skipped: number, received: ReceiveCounters): void {
    this.#skipped += skipped + 1; // this one too, unless the window does end
    if (this.hasUnread) return;
    const generation = this.#generations.active;
    this.#generations.switch();
    this.#skipped--;
    this.#endWindow(generation, received);
  }

  /** Detaches. The last window ends here. */
  detach(skipped: number, received: ReceiveCounters): void {
    this.#attached.link[Symbol.dispose]();
    this.#skipped += skipped;
    this.#endWindow(this.#generations.active, received);
  }

  #endWindow(generation: Generation, received: ReceiveCounters): void {
    const end = this.#windowEnd = moment();
    const skipped = this.#skipped;
    const rxCounter = this.#sinceStart(received);
    this.#unread.push({ generation, end, skipped, rxCounter });
    this.#skipped = 0;
  }

  /** Undefined also where the counter began anew: the interface was moved. */
  #sinceStart(received: ReceiveCounters): ReceiveCounter | undefined {
    const now = received.get(this.#currentName ?? this.interface.name);
    if (now === undefined || this.#received === undefined) return undefined;
    const counter = minus(now, this.#received);
    return counter.packets < 0n ? undefined : counter;
  }

  /** A window is over and has not been read whole. */
  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  /** Waits until nothing counts into what was retired or detached, anywhere. */
  waitForAll(): void {
    this.#generations.waitForAll();
  }

  /**
   * Reads what was retired, and after `detach` the rest. A record is good
   * until the next is asked for.
   *
   * @throws {CallError} nothing is lost: the next call goes on from there
   */
  *read(): Generator<TickRecord> {
    for (let unread; (unread = this.#unread[0]) !== undefined;) {
      const books = booksOf(
        this.#generations.drain(unread.generation, this.#window),
      );
      this.#unread.shift();
      const reading = (bootTime() - unread.end.boot) / 1000;
      yield this.#run.close(this.#window, books, { ...unread, reading });
      this.#window.ipv4.clear();
      this.#window.ipv6.clear();
    }
  }

  /**
   * A warning where the interface's own counter differs from the count beyond
   * doubt.
   */
  get doubt(): string | undefined {
    const { discrepancy } = this.#run;
    const { hook, link: { mode } } = this.#attached;
    return discrepancy &&
      explainDiscrepancy(this.interface, hook, mode, discrepancy);
  }

  /** Something that was counted may be missing. */
  markIncomplete(): void {
    this.#run.markIncomplete();
  }

  /**
   * The source that exceeds a limit, to be asked while the record that `read`
   * gave is good.
   */
  sourceOver(limit: Limit, { elapsed }: TickRecord): Source | undefined {
    return this.#run.sourceOver(limit, this.#window, elapsed);
  }

  /** The run up to the last tick, in the form of an end record. */
  soFar(): EndRecord {
    return this.#run.end("signal", this.#windowEnd);
  }

  /** The record of the whole run; what is still unread makes it incomplete. */
  end(reason: EndReason): EndRecord {
    if (this.hasUnread) this.#run.markIncomplete();
    return this.#run.end(reason, this.#windowEnd);
  }

  /** Gives back what it holds in the kernel, once the run has ended. */
  [Symbol.dispose](): void {
    this.#attached.link[Symbol.dispose]();
    this.#attached.object[Symbol.dispose]();
  }
}

function booksOf(words: BigUint64Array): Books {
  const tally = (at: number) => ({
    packets: words[at]!,
    bytes: words[at + 1]!,
  });
  return {
    total: tally(TOTALS.total),
    untracked: {
      ...tally(TOTALS.untracked),
      full: words[TOTALS.full]!,
      noMemory: words[TOTALS.noMemory]!,
      busy: words[TOTALS.busy]!,
    },
    nonIp: tally(TOTALS.nonIp),
    malformed: tally(TOTALS.malformed),
    filtered: tally(TOTALS.filtered),
  };
}
