import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { Named, Sink } from "./sink.ts";

/** Gives what it gets to several sinks. */
export class SeveralSinks implements Sink {
  readonly #sinks: readonly Sink[];

  constructor(sinks: readonly Sink[]) {
    this.#sinks = sinks;
  }

  async prepare(named: Named): Promise<void> {
    for (const sink of this.#sinks) await sink.prepare(named);
  }

  start(record: StartRecord): void {
    for (const sink of this.#sinks) sink.start(record);
  }

  tick(record: TickRecord): void {
    for (const sink of this.#sinks) sink.tick(record);
  }

  end(record: EndRecord): void {
    for (const sink of this.#sinks) sink.end(record);
  }

  async flush(end: number): Promise<void> {
    for (const sink of this.#sinks) await sink.flush(end);
  }

  close(): void {
    for (const sink of this.#sinks) sink.close();
  }
}
