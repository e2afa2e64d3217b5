import type { RowFilter } from "./row_filter.ts";
import type { Pane } from "./pane.ts";
import type { RowOrder, Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";

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
  readonly rows: readonly SourceRow[];
  /** How many there would be without filters. */
  readonly known: number;
  /** SourceRows that are above the first in sight. */
  readonly offset: number;
  /** The longest address that was in sight. */
  readonly longest: number;
  readonly sort: RowOrder;
  readonly scope: Scope;
  readonly filter: RowFilter | undefined;
  readonly family: 4 | 6 | undefined;
  readonly interval: number;
  readonly isPaused: boolean;
  /** The keys are explained in place of the rows. */
  readonly isHelp: boolean;
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
}
