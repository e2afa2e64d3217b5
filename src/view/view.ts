import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import { Frame } from "./cells.ts";
import { draw, pageSize } from "./draw.ts";
import { viewLines } from "./export.ts";
import { parseRowFilter, type RowFilter } from "./row_filter.ts";
import type { PressedKey } from "./key_decoder.ts";
import { Pane } from "./pane.ts";
import { order, ROW_ORDERS, type RowOrder, type Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";
import type { Message, Prompt } from "./shown.ts";
import type { Glyphs } from "./spark.ts";

/** What a key asks of the world; all else the view does by itself. */
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

/** What `+` and `-` go through, in ms. */
const INTERVALS = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
/** How many seconds a message stays. */
const MESSAGE = 10;

/** The state of the screen: records and keys go in, frames come out. */
export class View {
  readonly #glyphs: Glyphs;
  readonly #panes = new Map<string, Pane>();
  /** What is shown while the view is paused. */
  #frozen: Map<string, Pane> | undefined;
  #current = "";
  #rows: SourceRow[] = [];
  #known = 0;
  #offset = 0;
  /** SourceRows that the screen had room for when it was drawn last. */
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

  start(record: StartRecord): void {
    this.#panes.set(record.interface, new Pane(record));
    if (this.#current === "") this.#current = record.interface;
  }

  /** Takes a tick in, while its record is good. */
  tick(record: TickRecord): void {
    this.#panes.get(record.interface)?.take(record);
    if (record.interface !== this.#current) return;
    this.#messageLeft -= record.elapsed;
    if (this.#messageLeft <= 0) this.#message = undefined;
    if (this.#frozen === undefined) this.#arrange(false);
  }

  end(record: EndRecord): void {
    const pane = this.#panes.get(record.interface);
    if (pane !== undefined) pane.ended = record.reason;
  }

  /** Says something in the footer, until a key is pressed or some seconds later. */
  say(text: string, isError = false): void {
    this.#message = { text, isError };
    this.#messageLeft = MESSAGE;
  }

  /** The pane in sight; undefined: nothing has begun yet. */
  get #pane(): Pane | undefined {
    return (this.#frozen ?? this.#panes).get(this.#current);
  }

  /** Chooses the rows and orders them, `isFresh` from nothing. */
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

  /** Does what a key asks for, or returns it where it is not the view's to do. */
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
        return this.#setInterval(
          INTERVALS.find((interval) => interval > this.#interval),
        );
      case "-":
        return this.#setInterval(
          INTERVALS.findLast((interval) => interval < this.#interval),
        );
      case "/":
        this.#prompt = {
          kind: "filter",
          label: "Filter by network or text (empty: all)",
          text: this.#filter?.text ?? "",
        };
        return undefined;
      case "e":
        return this.#pane?.last === undefined
          ? undefined
          : { kind: "askExport" };
    }
    return undefined;
  }

  /** Asks for the name of a file to export to, and proposes one. */
  askExport(proposal: string): void {
    this.#prompt = { kind: "export", label: "Export to", text: proposal };
  }

  /** The interface in sight. */
  get current(): string {
    return this.#current;
  }

  #setInterval(interval: number | undefined): Effect | undefined {
    if (interval === undefined) return undefined;
    this.#interval = interval;
    return { kind: "interval", interval };
  }

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

  /** Keys after which the rows are others, or in another order. */
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
    // Pausing and going on leave the order and the place as they are.
    if (key !== "p") this.#offset = 0;
    this.#arrange(key !== "p");
    return true;
  }

  #type(prompt: Prompt, key: PressedKey): Effect | undefined {
    const { text } = prompt;
    if (key === "enter") return this.#enter(prompt);
    if (key === "escape") this.#prompt = undefined;
    else if (key === "backspace") {
      this.#prompt = { ...prompt, text: text.slice(0, -1) };
    } else if (key === "clear") this.#prompt = { ...prompt, text: "" };
    else if (key.length === 1) {
      this.#prompt = { ...prompt, text: text + key };
    }
    return undefined;
  }

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

  /** The screen, drawn for a terminal of that size. */
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

/** The one that follows `item`, around the end. */
function after<T>(items: readonly T[], item: T): T {
  return items[(items.indexOf(item) + 1) % items.length] ?? item;
}
