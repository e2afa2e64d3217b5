/** The view of `top`, without a terminal: records and keys go in, frames come out. */
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { FieldName } from "../basics/keys.ts";
import { Frame } from "./cells.ts";
import { draw, pageSize } from "./draw.ts";
import { firstGrouping } from "./fan_out.ts";
import type { Effect } from "./effect.ts";
import type { PressedKey } from "./key_decoder.ts";
import { bindingsOf } from "./keys.ts";
import { type Namer, placeIn } from "./namer.ts";
import { edited, exportPrompt, type Prompt } from "./prompt.ts";
import { PROMPT_ACTIONS } from "./prompt_actions.ts";
import type { RowOrder } from "./row_order.ts";
import type { Body } from "./shown.ts";
import type { Glyphs } from "./spark.ts";
import { ViewState } from "./view_state.ts";

interface ViewOptions {
  readonly sort: RowOrder;
  /** What is counted by at first: the fields of `--by`. */
  readonly by: readonly FieldName[];
  /** Milliseconds. */
  readonly interval: number;
  readonly glyphs: Glyphs;
  /** Undefined: nothing is known. */
  readonly namer?: Namer | undefined;
}

/** Knows no names. */
const NAMELESS: Namer = { hasFiles: false, of: () => "" };

/** Keys that leave what is in the place of the rows. */
const LEAVING: readonly PressedKey[] = ["?", "escape", "q"];

/**
 * The view: view_state.ts has what is shown, keys.ts what a key does, draw.ts how
 * the screen is divided.
 *
 * @example
 * const view = new View({ sort: "packets", by: ["source"], interval: 1000, glyphs: UNICODE });
 * view.start(startRecord);
 * view.tick(tickRecord);
 * view.press("s"); // sort by bytes
 * const frame = view.frame(80, 24);
 */
export class View {
  readonly #glyphs: Glyphs;
  readonly #state: ViewState;

  constructor({ sort, by, interval, glyphs, namer }: ViewOptions) {
    this.#glyphs = glyphs;
    const choice = {
      sort,
      scope: "tick",
      filter: undefined,
      family: undefined,
      grouping: firstGrouping(by, sort),
      isLog: false,
      hasDns: false,
    } as const;
    this.#state = new ViewState({
      choice,
      asked: by,
      interval,
      namer: namer ?? NAMELESS,
    });
  }

  /** Adds an interface. */
  start(record: StartRecord): void {
    this.#state.start(record);
  }

  /** Takes a tick; its record must still be valid. */
  tick(record: TickRecord): void {
    this.#state.tick(record);
  }

  /** Marks an interface as ended. */
  end(record: EndRecord): void {
    this.#state.end(record);
  }

  /** Shows a message in the footer, until a key is pressed or some seconds pass. */
  say(text: string, isError = false): void {
    this.#state.say(text, isError);
  }

  /** Call when the session cannot count by other fields than now. */
  forbidRecount(): void {
    this.#state.forbidRecount();
  }

  /** Prompts for the file to export to, with a proposed name. */
  askExport(what: "screen" | "run", proposal: string): void {
    this.#state.prompt = exportPrompt(what, proposal);
  }

  /** The addresses that are on the screen, among other first fields of rows. */
  get placesInSight(): string[] {
    const { shown, page } = this.#state;
    if (shown === undefined) return [];
    const { chosen: { rows }, offset } = shown;
    return rows.slice(offset, offset + page).map(placeIn);
  }

  /** The name of the visible interface. */
  get current(): string {
    return this.#state.pane?.start.interface ?? "";
  }

  /** Handles a key. @returns what the program has to do for it, if anything */
  press(key: PressedKey): Effect | undefined {
    const state = this.#state;
    if (state.prompt !== undefined) return this.#type(state.prompt, key);
    state.clearMessage();
    const bindingIn = (body: Body) =>
      bindingsOf(body).find(({ keys }) => keys.includes(key));
    if (state.body === "help" && bindingIn("help") === undefined) {
      state.body = "rows";
      if (LEAVING.includes(key)) return undefined;
    }
    const binding = bindingIn(state.body);
    return binding?.press(state, key) ?? undefined;
  }

  /** Handles a key while a prompt is open. */
  #type(prompt: Prompt, key: PressedKey): Effect | undefined {
    const state = this.#state;
    const { typed, enter } = PROMPT_ACTIONS[prompt.kind];
    if (key === "enter") {
      state.prompt = undefined;
      return enter(state, prompt.text);
    }
    state.prompt = edited(prompt, key);
    // Escape leaves things as they were.
    return typed?.(state, state.prompt?.text ?? prompt.before) ?? undefined;
  }

  /** Draws the screen for a terminal of this size, in columns and rows. */
  frame(width: number, height: number): Frame {
    const state = this.#state;
    if (state.shown === undefined) return new Frame(width, height);
    state.fit(pageSize(height, state.shown));
    return draw(state.shown, width, height, this.#glyphs);
  }
}
