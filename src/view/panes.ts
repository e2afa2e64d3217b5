/** All panes, and which of them is visible: the live one, as it was, or as it stood still. */
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import { Pane, paneName } from "./pane.ts";

/**
 * The panes by their names. Ticks change the live ones only.
 *
 * @example
 * panes.step(-1, 60); // shows what was a minute ago
 * panes.visible?.last?.end;
 */
export class Panes {
  readonly #live = new Map<string, Pane>();
  /** The panes as they were when the view was paused. */
  #frozen: Map<string, Pane> | undefined;
  /** The tick that is shown instead of the newest one, by its number in the history. */
  #past: { readonly number: number; readonly pane: Pane } | undefined;
  #current = "";

  /** Adds a pane, or begins it anew. @returns whether it is the current one */
  start(record: StartRecord): boolean {
    const name = paneName(record);
    this.#live.set(name, new Pane(record, this.#live.get(name)));
    if (this.#current === "") this.#current = name;
    return name === this.#current;
  }

  /** Takes a tick, whose record must still be valid. @returns whether it is of the current pane */
  tick(record: TickRecord): boolean {
    const name = paneName(record);
    this.#live.get(name)?.take(record);
    return name === this.#current;
  }

  end(record: EndRecord): void {
    const pane = this.#live.get(paneName(record));
    if (pane !== undefined) pane.ended = record.reason;
  }

  get names(): readonly string[] {
    return [...this.#live.keys()];
  }

  /** The current pane, up to the last tick; undefined: there is none. */
  get live(): Pane | undefined {
    return this.#live.get(this.#current);
  }

  /** The current pane, up to the last tick or the pause. */
  get present(): Pane | undefined {
    return (this.#frozen ?? this.#live).get(this.#current);
  }

  /** The current pane as it is shown. */
  get visible(): Pane | undefined {
    return this.#past?.pane ?? this.present;
  }

  /** Makes the pane current that is so many further; after the last one comes the first. */
  next(step: 1 | -1): void {
    const { names } = this;
    const at = names.indexOf(this.#current) + step;
    this.#current = names.at(at % names.length) ?? this.#current;
    this.#past = undefined;
  }

  get isPaused(): boolean {
    return this.#frozen !== undefined;
  }

  togglePause(): void {
    this.#past = undefined;
    this.#frozen = this.isPaused ? undefined : new Map(
      Array.from(this.#live, ([name, pane]) => [name, pane.copy()]),
    );
  }

  get isPast(): boolean {
    return this.#past !== undefined;
  }

  /** Whether ticks leave the screen as it is. */
  get isStill(): boolean {
    return this.isPaused || this.isPast;
  }

  /**
   * Shows the next tick, or the one before, at least so many seconds away; see
   * history.ts. Behind the newest one is the present.
   */
  step(direction: 1 | -1, seconds: number): void {
    const { present } = this;
    if (present === undefined) return;
    const { history, position } = present;
    const from = this.#past?.number ?? position;
    const number = history.step(from, direction, seconds);
    const pane = number < position ? present.past(number) : undefined;
    this.#past = pane && { number, pane };
  }

  returnToPresent(): void {
    this.#past = undefined;
  }

  /** Seconds from the tick that is shown to the last one; undefined: the past is not shown. */
  get ago(): number | undefined {
    const past = this.#past?.pane;
    return past && this.live && this.live.clock - past.clock;
  }
}
