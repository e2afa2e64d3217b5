/** The state of `top`'s screen: what records and keys change, and what is drawn. */
import type { FieldName } from "../basics/keys.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { Choice } from "./choice.ts";
import { type ChosenRows, chosenRows, NO_ROWS } from "./chosen_rows.ts";
import type { Effect } from "./effect.ts";
import {
  type Grouping,
  groupingsFor,
  isContained,
  isSameGrouping,
} from "./grouping.ts";
import { type Namer, placeIn } from "./namer.ts";
import { Pane, paneName } from "./pane.ts";
import type { Prompt } from "./prompt.ts";
import type { Body, Message, Shown } from "./shown.ts";
import type { ViewRow } from "./view_row.ts";

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
  /** What was to be counted by at first. */
  readonly #asked: readonly FieldName[];
  #canRecount = true;
  /** The grouping that a new run is to have. */
  #awaited: Grouping | undefined;
  #choice: Choice;
  #chosen: ChosenRows = NO_ROWS;
  #offset = 0;
  /** Rows that fitted on the screen when it was last drawn. */
  #page = 1;
  #longest = 0;
  #message: Message | undefined;
  #messageLeft = 0;
  readonly #namer: Namer;
  /** Milliseconds. */
  interval: number;
  body: Body = "rows";
  prompt: Prompt | undefined;

  /** @param asked the fields of `--by` */
  constructor(
    choice: Choice,
    asked: readonly FieldName[],
    interval: number,
    namer: Namer,
  ) {
    this.#namer = namer;
    this.#choice = choice;
    this.#asked = asked;
    this.interval = interval;
  }

  /** Adds a direction of an interface, or begins it anew. */
  start(record: StartRecord): void {
    const name = paneName(record);
    this.#panes.set(name, new Pane(record));
    if (this.#current === "") this.#current = name;
    if (this.#current !== name) return;
    this.#settle();
    this.#arrange(true);
  }

  /** Takes a tick; its record must still be valid. */
  tick(record: TickRecord): void {
    const name = paneName(record);
    this.#panes.get(name)?.take(record);
    if (name !== this.#current) return;
    this.#messageLeft -= record.elapsed;
    if (this.#messageLeft <= 0) this.#message = undefined;
    if (!this.isPaused) this.#arrange(false);
  }

  /** Marks an interface as ended. */
  end(record: EndRecord): void {
    const pane = this.#panes.get(paneName(record));
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

  /** The rows that the choice leaves, in order. */
  get chosen(): ChosenRows {
    return this.#chosen;
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
    this.#settle();
  }

  /** From now on only groupings are shown that what is counted adds up to. */
  forbidRecount(): void {
    this.#canRecount = false;
    this.#awaited = undefined;
  }

  /** Shows the next grouping; what is not counted has to be counted anew. */
  showNextGrouping(): Effect | undefined {
    const by = this.pane?.start.by;
    if (by === undefined) return undefined;
    const groupings = groupingsFor(this.#asked)
      .filter((each) => this.#canRecount || isContained(each, by));
    const at = groupings.findIndex((each) =>
      isSameGrouping(each, this.#awaited ?? this.#choice.grouping)
    );
    const grouping = groupings[(at + 1) % groupings.length]!;
    if (isSameGrouping(grouping, this.#choice.grouping)) {
      this.say("Nothing else is counted: --by takes more fields");
      return undefined;
    }
    if (isContained(grouping, by)) {
      this.#awaited = undefined;
      this.choose({ grouping });
      return undefined;
    }
    this.#awaited = grouping;
    if (this.isPaused) this.togglePause(); // what stands still is not counted anew
    const isAsked = isContained(grouping, this.#asked);
    const fields = isAsked ? this.#asked : grouping.fields;
    return { kind: "recount", fields };
  }

  /** Leaves a grouping that the visible pane does not add up to. */
  #settle(): void {
    const by = this.pane?.start.by;
    if (by === undefined) return;
    const { grouping } = this.#choice;
    const next = this.#awaited ?? grouping;
    if (!isContained(next, by)) {
      if (isContained(grouping, by)) return;
      this.choose({ grouping: { fields: by, isByNetwork: false } });
    } else if (next !== grouping) {
      this.#awaited = undefined;
      this.choose({ grouping: next });
    }
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
    const most = Math.max(0, this.#chosen.rows.length - this.#page);
    this.#offset = Math.max(0, Math.min(offset, most));
  }

  /** Chooses the rows anew; `isFresh` ignores their previous order. */
  #arrange(isFresh: boolean): void {
    const { pane } = this;
    if (pane === undefined) return;
    this.#chosen = chosenRows(pane, this.#choice, isFresh);
    if (isFresh) this.#longest = 0;
  }

  /** What a screen shows; undefined: no interface has started. */
  get shown(): Shown | undefined {
    const { pane } = this;
    if (pane === undefined) return undefined;
    return {
      pane,
      panes: [...this.#panes.keys()],
      choice: this.#choice,
      chosen: this.#chosen,
      offset: this.#offset,
      longest: this.#longest,
      nameOf: this.#nameOf,
      interval: this.interval,
      isPaused: this.isPaused,
      body: this.body,
      prompt: this.prompt,
      message: this.#message,
    };
  }

  get #nameOf(): Shown["nameOf"] {
    const { hasDns } = this.#choice;
    const namer = this.#namer;
    return namer.hasFiles || hasDns
      ? (row) => namer.of(placeIn(row), hasDns)
      : undefined;
  }

  /** The rows that fit on the screen. */
  get inSight(): readonly ViewRow[] {
    return this.#chosen.rows.slice(this.#offset, this.#offset + this.#page);
  }

  /** Makes room for so many rows. */
  fit(page: number): void {
    this.#page = page;
    this.scrollTo(this.#offset);
    this.#longest = this.inSight.reduce(
      (longest, { key }) => Math.max(longest, key.length),
      this.#longest,
    );
  }
}
