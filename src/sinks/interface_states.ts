/** Keeps what metrics show of each interface. */
import {
  emptySnapshot,
  type InterfaceState,
} from "../formats/interface_state.ts";
import type { RunRecord } from "../tally/records.ts";

/** The state of each interface and direction, as of its last record. */
export class InterfaceStates {
  readonly #states = new Map<string, InterfaceState>();
  readonly #maxSources: number;

  constructor(maxSources: number) {
    this.#maxSources = maxSources;
  }

  get all(): InterfaceState[] {
    return [...this.#states.values()];
  }

  update(record: RunRecord): void {
    const name = `${record.interface} ${record.direction}`;
    const isStart = record.type === "start";
    this.#states.set(name, {
      start: isStart ? record : this.#states.get(name)!.start,
      snapshot: isStart ? emptySnapshot(record) : record.snapshot(),
      isRunning: record.type !== "end",
      maxSources: this.#maxSources,
    });
  }
}
