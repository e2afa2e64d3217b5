/** The state of `top`'s screen: what records and keys change, and what is drawn. */
import type { FieldName } from "../basics/keys.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { Choice } from "./choice.ts";
import { type ChosenRows, chosenRows, NO_ROWS } from "./chosen_rows.ts";
import { Cursor } from "./cursor.ts";
import { Detail } from "./detail.ts";
import type { Effect } from "./effect.ts";
import {
  type Grouping,
  groupingsFor,
  isContained,
  isSameGrouping,
} from "./grouping.ts";
import { MessageLine } from "./message_line.ts";
import { lookup, type Namer } from "./namer.ts";
import type { Pane } from "./pane.ts";
import { Panes } from "./panes.ts";
import type { Prompt } from "./prompt.ts";
import type { Scrolled } from "./sections.ts";
import type { Body, Shown } from "./shown.ts";

interface StateOptions {
  readonly choice: Choice;
  /** The fields of `--by`. */
  readonly asked: readonly FieldName[];
  /** Milliseconds. */
  readonly interval: number;
  readonly namer: Namer;
}

/**
 * The panes of all interfaces, and the rows of the one that is visible. Whoever
 * changes the choice of rows calls `choose`, and whoever moves the cursor `move`.
 *
 * @example
 * state.choose({ sort: "bytes" });
 */
export class ViewState {
  readonly #panes = new Panes();
  /** What was to be counted by at first. */
  readonly #asked: readonly FieldName[];
  #canRecount = true;
  /** The grouping that a new run is to have. */
  #awaited: Grouping | undefined;
  #choice: Choice;
  #chosen: ChosenRows = NO_ROWS;
  readonly #cursor = new Cursor();
  #offset = 0;
  /** Rows that fitted on the screen when it was last drawn. */
  #page = 1;
  #longest = 0;
  readonly #line = new MessageLine();
  /** Milliseconds. */
  interval: number;
  body: Body = "rows";
  /** The row that was opened. */
  detail: Detail | undefined;
  prompt: Prompt | undefined;
  readonly #help: Scrolled = { scroll: 0 };
  readonly #namer: Namer;

  constructor({ choice, asked, interval, namer }: StateOptions) {
    this.#choice = choice;
    this.#asked = asked;
    this.interval = interval;
    this.#namer = namer;
  }

  /** Adds a direction of an interface, or begins it anew. */
  start(record: StartRecord): void {
    if (!this.#panes.start(record)) return;
    this.close(); // it was of another run
    this.#settle();
    this.#arrange(true);
  }

  /** Takes a tick; its record must still be valid. */
  tick(record: TickRecord): void {
    if (!this.#panes.tick(record)) return;
    this.detail?.take(this.#panes.live!);
    this.#line.age(record.elapsed);
    if (!this.#panes.isStill) this.#arrange(false);
  }

  /** Marks an interface as ended. */
  end(record: EndRecord): void {
    this.#panes.end(record);
  }

  /** Shows a message in the footer, until a key is pressed or some seconds pass. */
  say(text: string, isError = false): void {
    this.#line.show({ text, isError });
  }

  clearMessage(): void {
    this.#line.clear();
  }

  /** The visible pane; undefined: no interface has started. */
  get pane(): Pane | undefined {
    return this.#panes.visible;
  }

  /** The same up to the last tick or the pause, if the past is visible. */
  get present(): Pane | undefined {
    return this.#panes.present;
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
    // Rows of another grouping have other keys.
    if (part.grouping !== undefined) this.#cursor.clear();
    this.#choice = { ...this.#choice, ...part };
    this.#offset = 0;
    this.#arrange(true);
  }

  /** Shows the interface that is `step` further, after the last one the first. */
  showNext(step: 1 | -1): void {
    this.#panes.next(step);
    this.close();
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
    const by = this.present?.start.by;
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
    // What stands still is not counted anew.
    if (this.#panes.isPaused) this.#panes.togglePause();
    this.#panes.returnToPresent();
    const isAsked = isContained(grouping, this.#asked);
    const fields = isAsked ? this.#asked : grouping.fields;
    return { kind: "recount", fields };
  }

  /** Leaves a grouping that the visible pane does not add up to. */
  #settle(): void {
    const by = this.present?.start.by;
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

  /** Freezes the screen, or goes on; order and scroll position stay. */
  togglePause(): void {
    this.#panes.togglePause();
    this.#arrange(false);
  }

  /** Shows another tick, see `Panes.step`. */
  step(direction: 1 | -1, seconds: number): void {
    this.#panes.step(direction, seconds);
    this.#arrange(this.#panes.isPast);
  }

  /** Leaves an opened row, else the past, else the cursor. */
  back(): void {
    if (this.detail !== undefined) return this.close();
    if (!this.#panes.isPast) return this.#cursor.clear();
    this.#panes.returnToPresent();
    this.#arrange(false);
  }

  /** Opens the row that the cursor is on, or the first one in sight. */
  open(): void {
    const { rows } = this.#chosen;
    const { live } = this.#panes;
    const place = this.#cursor.at >= 0 ? this.#cursor.at : this.#offset;
    const row = rows[place];
    if (row === undefined || live === undefined) return;
    if (live.start !== this.pane?.start) {
      this.say(
        "Cannot open it: it is of a run before; go forward with ]",
        true,
      );
      return;
    }
    this.#cursor.put(rows, place);
    this.detail = new Detail(row.key, this.#choice.grouping, live);
    this.body = "detail";
  }

  /** Leaves the row that was opened. */
  close(): void {
    this.detail = undefined;
    if (this.body === "detail") this.body = "rows";
  }

  /** Moves the cursor so many rows; scrolls an opened row or the help by lines. */
  move(by: number): void {
    const text = this.body === "help" ? this.#help : this.detail;
    if (text !== undefined) {
      text.scroll += by;
      return;
    }
    const sight = { offset: this.#offset, page: this.#page };
    this.#cursor.move(this.#chosen.rows, by, sight);
    this.#offset = this.#cursor.follow(sight);
  }

  get page(): number {
    return this.#page;
  }

  /** Chooses the rows anew; `isFresh` ignores their previous order. */
  #arrange(isFresh: boolean): void {
    const { pane } = this;
    if (pane === undefined) return;
    this.#chosen = chosenRows(pane, this.#shownChoice(pane), isFresh);
    this.#cursor.find(this.#chosen.rows);
    if (isFresh) this.#longest = 0;
  }

  /** A past run may have been counted by other fields. */
  #shownChoice({ start: { by } }: Pane): Choice {
    const { grouping } = this.#choice;
    return isContained(grouping, by)
      ? this.#choice
      : { ...this.#choice, grouping: { fields: by, isByNetwork: false } };
  }

  /** What a screen shows; undefined: no interface has started. */
  get shown(): Shown | undefined {
    const { pane } = this;
    if (pane === undefined) return undefined;
    return {
      pane,
      panes: this.#panes.names,
      choice: this.#shownChoice(pane),
      chosen: this.#chosen,
      offset: this.#offset,
      longest: this.#longest,
      nameOf: lookup(this.#namer, this.#choice.hasDns),
      interval: this.interval,
      isPaused: this.#panes.isPaused,
      ago: this.#panes.ago,
      cursor: this.#cursor.at,
      detail: this.detail,
      help: this.#help,
      body: this.body,
      prompt: this.prompt,
      message: this.#line.message,
    };
  }

  /** Makes room for so many rows. */
  fit(page: number): void {
    this.#page = page;
    const { rows } = this.#chosen;
    const offset = this.#cursor.follow({ offset: this.#offset, page });
    this.#offset = Math.max(0, Math.min(offset, rows.length - page));
    const inSight = rows.slice(this.#offset, this.#offset + page);
    this.#longest = inSight.reduce(
      (longest, { key }) => Math.max(longest, key.length),
      this.#longest,
    );
  }
}
