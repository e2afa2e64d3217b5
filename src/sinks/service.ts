/** The sink of the service manager: it learns from the records how the run is. */
import { visible } from "../basics/visible.ts";
import type { Assignment, ServiceManager } from "../process/service_manager.ts";
import type { EndReason, RunRecord } from "../tally/records.ts";
import { lateAfter } from "../tally/schedule.ts";
import type { Sink } from "./sink.ts";

/** What is used of it. */
type Manager = Pick<ServiceManager, "tell" | "patience">;

/** Ends of a run after which the session may go on with others. */
const LOSSES: readonly EndReason[] = [
  "interface-gone",
  "holder-gone",
  "detached",
];

/**
 * Tells the service manager that all is attached, then of each tick that has really
 * ended: every run was read, and the sinks before this one have its records.
 */
export class ServiceSink implements Sink {
  readonly #manager: Manager;
  readonly #interval: number;
  /** The interface of each run that goes on, by interface and direction. */
  readonly #live = new Map<string, string>();
  /** Those whose tick has come since the last `flush`. */
  readonly #ticked = new Set<string>();
  #status = "";
  #isReady = false;
  #isStopping = false;

  /** @param interval milliseconds between ticks */
  constructor(manager: Manager, interval: number) {
    this.#manager = manager;
    this.#interval = interval;
  }

  write(record: RunRecord): void {
    const run = `${record.interface} ${record.direction}`;
    if (record.type === "start") this.#live.set(run, record.interface);
    else if (record.type === "tick") this.#ticked.add(run);
    else {
      this.#live.delete(run);
      this.#ticked.delete(run);
      if (!LOSSES.includes(record.reason)) this.#stop();
    }
  }

  flush(): void {
    if (this.#isStopping) return;
    const isWhole = [...this.#live.keys()]
      .every((run) => this.#ticked.has(run));
    this.#ticked.clear();
    const news = [...this.#news(isWhole)];
    this.#isReady = true;
    if (news.length > 0) this.#manager.tell(...news);
  }

  *#news(isWhole: boolean): Generator<Assignment> {
    const { patience } = this.#manager;
    if (!this.#isReady) {
      yield "READY=1";
      // A watchdog for ticks a second apart would kill a run with slower ones.
      const needed = lateAfter(this.#interval);
      if (patience !== undefined && patience < needed) {
        yield `WATCHDOG_USEC=${needed * 1000}`;
      }
    } else if (isWhole && patience !== undefined) yield "WATCHDOG=1";
    const names = [...new Set(this.#live.values())].map(visible).join(", ");
    const status = names === ""
      ? "Waiting for interfaces"
      : `Counting on ${names}`;
    if (status !== this.#status) yield `STATUS=${this.#status = status}`;
  }

  #stop(): void {
    if (!this.#isStopping) this.#manager.tell("STOPPING=1");
    this.#isStopping = true;
  }

  close(): void {
    this.#stop();
  }
}
