import { Generations } from "../bpf/generations.ts";
import { type Generation, TOTALS } from "../bpf/layout.ts";
import type { Link } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { bootTime } from "../clock.ts";
import { interfaceName, type NetInterface } from "../net/interfaces.ts";
import type { Books } from "../tally/books.ts";
import type {
  EndReason,
  EndRecord,
  Origin,
  TickRecord,
} from "../tally/records.ts";
import {
  type Moment,
  Run,
  type RunOptions,
  type Window,
} from "../tally/run.ts";
import { SourceList } from "../tally/sources.ts";

/**
 * One interface that is being watched. A window is made in three steps:
 * `retire` switches the generation, `waitForAll` (one for all interfaces)
 * lets the running programs finish, `read` empties what was retired.
 */
export class Watched {
  readonly interface: NetInterface;
  readonly start: Moment;
  readonly #link: Link;
  readonly #generations: Generations;
  readonly #run: Run;
  readonly #window: Window = {
    ipv4: new SourceList("ipv4"),
    ipv6: new SourceList("ipv6"),
  };
  /** What no more frames are counted into, and has not been read whole. */
  readonly #unread: { generation: Generation; end: Moment }[] = [];
  #detached: Moment | undefined;
  #skipped = 0;

  constructor(
    netInterface: NetInterface,
    object: LoadedObject,
    link: Link,
    origin: Origin,
    options: RunOptions,
  ) {
    this.interface = netInterface;
    this.start = moment();
    this.#link = link;
    this.#generations = new Generations(object);
    this.#run = new Run(origin, options, this.start);
  }

  get isComplete(): boolean {
    return this.#run.isComplete;
  }

  /** Why it cannot go on, if it cannot. */
  lost(): "interface-gone" | "detached" | undefined {
    if (interfaceName(this.interface.index) === undefined) {
      return "interface-gone";
    }
    return this.#link.interfaceIndex() === 0 ? "detached" : undefined;
  }

  /**
   * Ends the window: later frames count into the next one. Where the window
   * before has not been read whole, that comes first, and this one goes on.
   */
  retire(): void {
    if (this.#unread.length > 0) return;
    const generation = this.#generations.active;
    this.#generations.switch();
    this.#unread.push({ generation, end: moment() });
  }

  /** Detaches. The last window ends here. */
  detach(): void {
    this.#link[Symbol.dispose]();
    this.#detached = moment();
    this.#unread.push({
      generation: this.#generations.active,
      end: this.#detached,
    });
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
      this.#generations.drain(unread.generation, this.#window);
      const books = booksOf(this.#generations.takeTotals(unread.generation));
      this.#unread.shift();
      yield this.#run.close(this.#window, books, unread.end, this.#skipped);
      this.#skipped = 0;
      this.#window.ipv4.clear();
      this.#window.ipv6.clear();
    }
  }

  /** Deadlines passed without a record; the next one stands for them too. */
  missDeadlines(count: number): void {
    this.#skipped += count;
  }

  /** Something that was counted may be missing. */
  markIncomplete(): void {
    this.#run.markIncomplete();
  }

  /** The record of the whole run; what is still unread makes it incomplete. */
  end(reason: EndReason): EndRecord {
    if (this.#unread.length > 0) this.#run.markIncomplete();
    return this.#run.end(reason, this.#detached ?? moment());
  }
}

function moment(): Moment {
  return { boot: bootTime(), wall: Date.now() };
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
  };
}
