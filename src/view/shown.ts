import type { Choice } from "./row_filter.ts";
import type { Pane } from "./pane.ts";
import type { Scope, Sort } from "./row_order.ts";
import type { Row } from "./source_rows.ts";

/** A line in the footer. */
export interface Message {
  readonly text: string;
  readonly isError: boolean;
}

/** A text that is being typed in the footer. */
export interface Prompt {
  readonly kind: "filter" | "export";
  readonly label: string;
  readonly text: string;
}

/** What there is to draw. */
export interface Shown {
  readonly pane: Pane;
  /** The interfaces. */
  readonly panes: readonly string[];
  /** In order, and filtered. */
  readonly rows: readonly Row[];
  /** How many there would be without filters. */
  readonly known: number;
  /** Rows that are above the first in sight. */
  readonly offset: number;
  /** The longest address that was in sight. */
  readonly longest: number;
  readonly sort: Sort;
  readonly scope: Scope;
  readonly filter: Choice | undefined;
  readonly family: 4 | 6 | undefined;
  readonly interval: number;
  readonly isPaused: boolean;
  /** The keys are explained in place of the rows. */
  readonly isHelp: boolean;
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
}
