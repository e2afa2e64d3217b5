/** What the view passes to the functions that draw it. */
import type { Choice } from "./choice.ts";
import type { ChosenRows } from "./chosen_rows.ts";
import type { Pane } from "./pane.ts";
import type { Prompt } from "./prompt.ts";
import type { ViewRow } from "./view_row.ts";

/** A message in the footer. */
export interface Message {
  readonly text: string;
  readonly isError: boolean;
}

/** What is between header and footer; draw.ts says who draws it. */
export type Body = "rows" | "help";

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
  /** The name of a row; undefined: there is no column of names. */
  readonly nameOf: ((row: ViewRow) => string) | undefined;
  /** Milliseconds. */
  readonly interval: number;
  readonly isPaused: boolean;
  readonly body: Body;
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
}
