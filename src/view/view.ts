/** The state of `top`'s screen, without a terminal. */
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import { Frame } from "./cells.ts";
import { draw, pageSize } from "./draw.ts";
import { viewLines } from "./export.ts";
import { parseRowFilter, type RowFilter } from "./row_filter.ts";
import { longer, shorter } from "./intervals.ts";
import type { PressedKey } from "./key_decoder.ts";
import { Pane } from "./pane.ts";
import { order, ROW_ORDERS, type RowOrder, type Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";
import { edited, exportPrompt, filterPrompt, type Prompt } from "./prompt.ts";
import type { Message } from "./shown.ts";
import type { Glyphs } from "./spark.ts";

/** What a key requires from the program; everything else the view does itself. */
export type Effect =
  | { readonly kind: "quit" | "redraw" | "askExport" }
  | { readonly kind: "interval"; readonly interval: number }
  | { readonly kind: "export"; readonly path: string; readonly text: string };

interface ViewOptions {
  readonly sort: RowOrder;
  /** Milliseconds. */
  readonly interval: number;
  readonly glyphs: Glyphs;
}

/** Seconds for which a message stays. */
const MESSAGE = 10;

/**
 * The state of the screen: records and keys go in, frames come out.
 *
 * @example
 * const view = new View({ sort: "packets", interval: 1000, glyphs: UNICODE });
 * view.start(startRecord);
 * view.tick(tickRecord);
 * view.press("s"); // sort by bytes
 * const frame = view.frame(80, 24);
 */
export class View {
  readonly #glyphs: Glyphs;
  readonly #panes = new Map<string, Pane>();
  /** The panes to show while the view is paused. */
  #frozen: Map<string, Pane> | undefined;
  #current = "";
  #rows: SourceRow[] = [];
  #known = 0;
  #offset = 0;
  /** Rows that fitted on the screen when it was last drawn. */
  #page = 1;
  #longest = 0;
  #sort: RowOrder;
  #scope: Scope = "tick";
  #filter: RowFilter | undefined;
  #family: 4 | 6 | undefined;
  #interval: number;
  #isHelp = false;
  #prompt: Prompt | undefined;
  #message: Message | undefined;
  #messageLeft = 0;

  constructor({ sort, interval, glyphs }: ViewOptions) {
    this.#sort = sort;
    this.#interval = interval;
    this.#glyphs = glyphs;
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
    if (this.#frozen === undefined) this.#arrange(false);
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

  /** The visible pane; undefined: no interface has started. */
  get #pane(): Pane | undefined {
    return (this.#frozen ?? this.#panes).get(this.#current);
  }

  /** Filters and orders the rows; `isFresh` ignores their previous order. */
  #arrange(isFresh: boolean): void {
    const pane = this.#pane;
    if (pane === undefined) return;
    const known = [...pane.rows].filter((row) =>
      this.#scope === "run" ? row.run !== undefined : pane.rows.isLive(row)
    );
    this.#known = known.length;
    const rows = known.filter((row) =>
      (this.#family === undefined ||
        row.address.length === (this.#family === 4 ? 4 : 16)) &&
      (this.#filter?.matches(row) ?? true)
    );
    this.#rows = order(rows, this.#sort, this.#scope, isFresh);
    if (isFresh) this.#longest = 0;
  }

  /** Handles a key. @returns what the program has to do for it, if anything */
  press(key: PressedKey): Effect | undefined {
    if (this.#prompt !== undefined) return this.#type(this.#prompt, key);
    this.#message = undefined;
    if (this.#isHelp) {
      this.#isHelp = false;
      if (key === "?" || key === "escape" || key === "q") return undefined;
    }
    if (this.#scroll(key) || this.#rearrange(key)) return undefined;
    switch (key) {
      case "q":
        return { kind: "quit" };
      case "redraw":
        return { kind: "redraw" };
      case "?":
        this.#isHelp = true;
        return undefined;
      case "+":
      case "=":
        return this.#setInterval(longer(this.#interval));
      case "-":
        return this.#setInterval(shorter(this.#interval));
      case "/":
        this.#prompt = filterPrompt(this.#filter?.text ?? "");
        return undefined;
      case "e":
        return this.#pane?.last === undefined
          ? undefined
          : { kind: "askExport" };
    }
    return undefined;
  }

  /** Prompts for the file to export to, with a proposed name. */
  askExport(proposal: string): void {
    this.#prompt = exportPrompt(proposal);
  }

  /** The name of the visible interface. */
  get current(): string {
    return this.#current;
  }

  #setInterval(interval: number | undefined): Effect | undefined {
    if (interval === undefined) return undefined;
    this.#interval = interval;
    return { kind: "interval", interval };
  }

  /** Handles keys that scroll. @returns whether it was one */
  #scroll(key: PressedKey): boolean {
    const offsets: Record<PressedKey, number> = {
      up: this.#offset - 1,
      down: this.#offset + 1,
      pageup: this.#offset - this.#page,
      pagedown: this.#offset + this.#page,
      home: 0,
      end: Infinity,
    };
    const offset = offsets[key];
    if (offset === undefined) return false;
    this.#offset = this.#clamped(offset);
    return true;
  }

  #clamped(offset: number): number {
    const most = Math.max(0, this.#rows.length - this.#page);
    return Math.max(0, Math.min(offset, most));
  }

  /** Handles keys that change the rows or their order. @returns whether it was one */
  #rearrange(key: PressedKey): boolean {
    switch (key) {
      case "s":
        this.#sort = after(ROW_ORDERS, this.#sort);
        break;
      case "d":
        this.#scope = this.#scope === "tick" ? "run" : "tick";
        break;
      case "4":
      case "6": {
        const family = key === "4" ? 4 : 6;
        this.#family = this.#family === family ? undefined : family;
        break;
      }
      case "p":
        this.#frozen = this.#frozen === undefined
          ? new Map(
            Array.from(this.#panes, ([name, pane]) => [name, pane.copy()]),
          )
          : undefined;
        break;
      case "tab":
      case "right":
        this.#current = after([...this.#panes.keys()], this.#current);
        break;
      case "backtab":
      case "left":
        this.#current = after(
          [...this.#panes.keys()].reverse(),
          this.#current,
        );
        break;
      default:
        return false;
    }
    // Pausing and resuming keep the order and the scroll position.
    if (key !== "p") this.#offset = 0;
    this.#arrange(key !== "p");
    return true;
  }

  /** Handles a key while a prompt is open. */
  #type(prompt: Prompt, key: PressedKey): Effect | undefined {
    if (key === "enter") return this.#enter(prompt);
    this.#prompt = edited(prompt, key);
    return undefined;
  }

  /** Applies what was typed at a prompt. */
  #enter({ kind, text }: Prompt): Effect | undefined {
    const pane = this.#pane;
    this.#prompt = undefined;
    if (kind === "filter") {
      try {
        const typed = text.trim();
        this.#filter = typed === "" ? undefined : parseRowFilter(typed);
        this.#offset = 0;
        this.#arrange(true);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.say(`Cannot filter by "${text}": ${error.message}`, true);
      }
      return undefined;
    }
    if (text === "" || pane?.last === undefined) return undefined;
    const lines = viewLines(pane, pane.last, this.#rows, {
      sort: this.#sort,
      scope: this.#scope,
      filter: this.#filter?.text,
      family: this.#family,
    });
    return { kind: "export", path: text, text: lines };
  }

  /** Draws the screen for a terminal of this size, in columns and rows. */
  frame(width: number, height: number): Frame {
    const pane = this.#pane;
    if (pane === undefined) return new Frame(width, height);
    this.#page = pageSize(height);
    this.#offset = this.#clamped(this.#offset);
    const inSight = this.#rows.slice(this.#offset, this.#offset + this.#page);
    this.#longest = inSight.reduce(
      (longest, { ip }) => Math.max(longest, ip.length),
      this.#longest,
    );
    const shown = {
      pane,
      panes: [...this.#panes.keys()],
      rows: this.#rows,
      known: this.#known,
      offset: this.#offset,
      longest: this.#longest,
      sort: this.#sort,
      scope: this.#scope,
      filter: this.#filter,
      family: this.#family,
      interval: this.#interval,
      isPaused: this.#frozen !== undefined,
      isHelp: this.#isHelp,
      prompt: this.#prompt,
      message: this.#message,
    };
    return draw(shown, width, height, this.#glyphs);
  }
}

/** The item after `item`; the first one after the last. */
function after<T>(items: readonly T[], item: T): T {
  return items[(items.indexOf(item) + 1) % items.length] ?? item;
}
