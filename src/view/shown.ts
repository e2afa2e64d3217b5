/** What the view passes to the functions that draw it. */
import type { RowFilter } from "./row_filter.ts";
import type { Pane } from "./pane.ts";
import type { Prompt } from "./prompt.ts";
import type { RowOrder, Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";

/** A message in the footer. */
export interface Message {
  readonly text: string;
  readonly isError: boolean;
}

/** All that is drawn. */
export interface Shown {
  readonly pane: Pane;
  /** The names of all interfaces. */
  readonly panes: readonly string[];
  /** All rows, filtered and in order. */
  readonly rows: readonly SourceRow[];
  /** How many rows there would be without filters. */
  readonly known: number;
  /** How many rows are above the first visible one. */
  readonly offset: number;
  /** Length of the longest address that was visible. */
  readonly longest: number;
  readonly sort: RowOrder;
  readonly scope: Scope;
  readonly filter: RowFilter | undefined;
  readonly family: 4 | 6 | undefined;
  /** Milliseconds. */
  readonly interval: number;
  readonly isPaused: boolean;
  /** Whether the help is shown in place of the rows. */
  readonly isHelp: boolean;
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
}
