/** What the view passes to the functions that draw it. */
import type { Choice } from "./choice.ts";
import type { ChosenRows } from "./chosen_rows.ts";
import type { Detail } from "./detail.ts";
import type { Message } from "./message_line.ts";
import type { NameLookup } from "./namer.ts";
import type { Pane } from "./pane.ts";
import type { Scrolled } from "./sections.ts";
import type { Prompt } from "./prompt.ts";

/** What is between header and footer; draw.ts says who draws it. */
export type Body = "rows" | "detail" | "help";

/** All that is drawn. */
export interface Shown {
  readonly pane: Pane;
  /** The names of all interfaces. */
  readonly panes: readonly string[];
  readonly choice: Choice;
  /** All rows that the choice leaves, in order. */
  readonly chosen: ChosenRows;
  /** How many rows are above the first visible one. */
  readonly offset: number;
  /** Length of the longest key that was visible. */
  readonly longest: number;
  /** Undefined: nothing is known, and there is no column of names. */
  readonly nameOf: NameLookup | undefined;
  /** Milliseconds. */
  readonly interval: number;
  readonly isPaused: boolean;
  /** Seconds since the tick that is shown, if it is not the newest; else undefined. */
  readonly ago: number | undefined;
  /** The row that the cursor is on; -1: none. */
  readonly cursor: number;
  /** The row that was opened. */
  readonly detail: Detail | undefined;
  readonly help: Scrolled;
  readonly body: Body;
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
}
