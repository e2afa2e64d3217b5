/** The state of `top`'s screen: what records and keys change, and what is drawn. */
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { Choice } from "./choice.ts";
import { Pane } from "./pane.ts";
import type { Prompt } from "./prompt.ts";
import { order } from "./row_order.ts";
import type { Body, Message, Shown } from "./shown.ts";
import type { SourceRow } from "./source_rows.ts";

/** Seconds for which a message stays. */
const MESSAGE = 10;

/**
 * The panes of all interfaces, and the rows of the one that is visible. Whoever
 * changes the choice of rows calls `choose`, and whoever scrolls `scrollTo`.
 *
 * @example
 * state.choose({ sort: "bytes" });
 */
export class ViewState {
  readonly #panes = new Map<string, Pane>();
  /** The panes to show while the view is paused. */
  #frozen: Map<string, Pane> | undefined;
  #current = "";
  #choice: Choice;
  #rows: SourceRow[] = [];
  #known = 0;
  #offset = 0;
  /** Rows that fitted on the screen when it was last drawn. */
  #page = 1;
  #longest = 0;
  #message: Message | undefined;
  #messageLeft = 0;
  /** Milliseconds. */
  interval: number;
  body: Body = "rows";
  prompt: Prompt | undefined;

  constructor(choice: Choice, interval: number) {
    this.#choice = choice;
    this.interval = interval;
  }

  /** Adds an interface. */
  start(record: StartRecord): void {
    this.#panes.set(record.interface, new Pane(record));
    if (this.#current === "") this.#current = record.interface;
  }

  /** Takes a tick; its record must still be valid. */
  tick(record: TickRecord): void {
    this.#panes.get(record.interface)?.take(record);
    if (record.interface !== this.#current) return;
    this.#messageLeft -= record.elapsed;
    if (this.#messageLeft <= 0) this.#message = undefined;
    if (!this.isPaused) this.#arrange(false);
  }

  /** Marks an interface as ended. */
  end(record: EndRecord): void {
    const pane = this.#panes.get(record.interface);
    if (pane !== undefined) pane.ended = record.reason;
  }

  /** Shows a message in the footer, until a key is pressed or some seconds pass. */
  say(text: string, isError = false): void {
    this.#message = { text, isError };
    this.#messageLeft = MESSAGE;
  }

  clearMessage(): void {
    this.#message = undefined;
  }

  /** The visible pane; undefined: no interface has started. */
  get pane(): Pane | undefined {
    return (this.#frozen ?? this.#panes).get(this.#current);
  }

  /** The name of the visible interface. */
  get current(): string {
    return this.#current;
  }

  /** The rows that the choice leaves, in order. */
  get rows(): readonly SourceRow[] {
    return this.#rows;
  }

  get choice(): Choice {
    return this.#choice;
  }

  /** Changes a part of the choice, and shows the first rows. */
  choose(part: Partial<Choice>): void {
    this.#choice = { ...this.#choice, ...part };
    this.#offset = 0;
    this.#arrange(true);
  }

  /** Shows the interface that is `step` further, after the last one the first. */
  showNext(step: 1 | -1): void {
    const names = [...this.#panes.keys()];
    const at = names.indexOf(this.#current) + step;
    this.#current = names.at(at % names.length) ?? this.#current;
    this.choose({});
  }

  get isPaused(): boolean {
    return this.#frozen !== undefined;
  }

  /** Freezes the screen, or goes on; order and scroll position stay. */
  togglePause(): void {
    this.#frozen = this.isPaused ? undefined : new Map(
      Array.from(this.#panes, ([name, pane]) => [name, pane.copy()]),
    );
    this.#arrange(false);
  }

  /** How many rows are above the first visible one. */
  get offset(): number {
    return this.#offset;
  }

  get page(): number {
    return this.#page;
  }

  /** Scrolls to a row, or as far as there are rows. */
  scrollTo(offset: number): void {
    const most = Math.max(0, this.#rows.length - this.#page);
    this.#offset = Math.max(0, Math.min(offset, most));
  }

  /** Filters and orders the rows; `isFresh` ignores their previous order. */
  #arrange(isFresh: boolean): void {
    const { pane } = this;
    if (pane === undefined) return;
    const { sort, scope, filter, family } = this.#choice;
    const known = [...pane.rows].filter((row) =>
      scope === "run" ? row.run !== undefined : pane.rows.isLive(row)
    );
    this.#known = known.length;
    const rows = known.filter((row) =>
      (family === undefined ||
        row.address.length === (family === 4 ? 4 : 16)) &&
      (filter?.matches(row) ?? true)
    );
    this.#rows = order(rows, sort, scope, isFresh);
    if (isFresh) this.#longest = 0;
  }

  /**
   * What a screen shows on which `page` rows fit; undefined: no interface has
   * started.
   */
  shown(page: number): Shown | undefined {
    const { pane } = this;
    if (pane === undefined) return undefined;
    this.#page = page;
    this.scrollTo(this.#offset);
    const inSight = this.#rows.slice(this.#offset, this.#offset + page);
    this.#longest = inSight.reduce(
      (longest, { ip }) => Math.max(longest, ip.length),
      this.#longest,
    );
    return {
      pane,
      panes: [...this.#panes.keys()],
      choice: this.#choice,
      rows: this.#rows,
      known: this.#known,
      offset: this.#offset,
      longest: this.#longest,
      interval: this.interval,
      isPaused: this.isPaused,
      body: this.body,
      prompt: this.prompt,
      message: this.#message,
    };
  }
}
