import type { WatchOptions } from "../commands/watch/parse.ts";
import type { Sink } from "../sinks/sink.ts";
import { VERSION } from "../basics/version.ts";
import { lookUpInterface } from "./lookup.ts";
import type { Attached, Setup } from "./setup.ts";
import { Watched } from "./watched.ts";

/** Makes attached interfaces watched ones, at the start and later. */
export class Intake {
  readonly #setup: Setup;
  readonly #sink: Sink;
  readonly #options: WatchOptions;
  readonly #host: string;
  /** What is taken up later is disposed of with it. */
  readonly #stack: DisposableStack;

  constructor(
    setup: Setup,
    sink: Sink,
    options: WatchOptions,
    host: string,
    stack: DisposableStack,
  ) {
    this.#setup = setup;
    this.#sink = sink;
    this.#options = options;
    this.#host = host;
    this.#stack = stack;
  }

  /** Writes the start records of a run, and begins it. */
  begin(attached: readonly Attached[]): Watched[] {
    const run = crypto.randomUUID();
    const { filterText, interval, keying } = this.#options;
    return attached.map((each) => {
      const { interface: netInterface, direction, object, link, start } = each;
      const { name, index } = netInterface;
      const origin = {
        host: this.#host,
        run,
        interface: name,
        direction,
        by: keying.by,
      };
      this.#sink.start({
        ...origin,
        ifindex: index,
        mode: link.mode,
        version: VERSION,
        start: new Date(start.wall),
        interval: interval / 1000,
        filter: filterText,
      });
      return new Watched(
        netInterface,
        object,
        link,
        start,
        origin,
        this.#options,
      );
    });
  }

  /**
   * An interface that was missing, in a run of its own; undefined: it still is.
   *
   * @throws {Failure} it is there, and cannot be watched
   */
  takeUp(name: string): readonly Watched[] | undefined {
    const found = lookUpInterface(name);
    if (found === undefined) return undefined;
    using attempt = new DisposableStack();
    const loaded = this.#setup.load([found], attempt);
    const attached = this.#setup.attach(loaded, attempt);
    this.#stack.use(attempt.move());
    return this.begin(attached);
  }
}
