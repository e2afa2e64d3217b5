/** Combines several sinks into one, as a command line may ask for several. */
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";
import type { RecordOrigin, Sink } from "./sink.ts";

/** Gives each record to all of its sinks, in order. */
export class SeveralSinks implements Required<Sink> {
  readonly #sinks: readonly Sink[];

  constructor(sinks: readonly Sink[]) {
    this.#sinks = sinks;
  }

  async prepare(origin: RecordOrigin): Promise<void> {
    for (const sink of this.#sinks) await sink.prepare?.(origin);
  }

  rehearse(origin: RecordOrigin): void {
    for (const sink of this.#sinks) {
      if (sink.rehearse === undefined) sink.prepare?.(origin);
      else sink.rehearse(origin);
    }
  }

  open(): void {
    for (const sink of this.#sinks) sink.open?.();
  }

  write(record: RunRecord): void {
    for (const sink of this.#sinks) sink.write(record);
  }

  async flush(timeLeft: number): Promise<void> {
    for (const sink of this.#sinks) await sink.flush?.(timeLeft);
  }

  async close(): Promise<void> {
    for (const sink of this.#sinks) await sink.close?.();
  }

  canGoOnAs(user: User): boolean {
    return this.#sinks.every((sink) => sink.canGoOnAs?.(user) ?? true);
  }

  [Symbol.dispose](): void {
    for (const sink of this.#sinks) sink[Symbol.dispose]?.();
  }
}
