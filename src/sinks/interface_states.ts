/** What metrics say now about each interface. */
import { emptySnapshot, type InterfaceState } from "../formats/metrics.ts";
import type {
  EndRecord,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";

/** What metrics say now, by interface and direction. */
export class InterfaceStates {
  readonly #byName = new Map<string, InterfaceState>();
  readonly #maxSources: number;

  constructor(maxSources: number) {
    this.#maxSources = maxSources;
  }

  get all(): InterfaceState[] {
    return [...this.#byName.values()];
  }

  start(start: StartRecord): void {
    this.#byName.set(nameOf(start), {
      start,
      snapshot: emptySnapshot(start),
      isRunning: true,
      maxSources: this.#maxSources,
    });
  }

  update(record: TickRecord | EndRecord): void {
    const state = this.#byName.get(nameOf(record))!;
    const isRunning = record.type === "tick";
    const snapshot = record.snapshot();
    this.#byName.set(nameOf(record), { ...state, snapshot, isRunning });
  }
}

function nameOf({ interface: name, direction }: Origin): string {
  return `${name} ${direction}`;
}
