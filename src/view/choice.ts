/** How the rows of the screen are chosen and ordered: what its keys change. */
import type { Grouping } from "./grouping.ts";
import type { RowFilter } from "./row_filter.ts";
import type { RowOrder, Scope } from "./row_order.ts";

/** All of it; a key replaces a part, see `ViewState.choose`. */
export interface Choice {
  readonly sort: RowOrder;
  readonly scope: Scope;
  /** Undefined: all rows. */
  readonly filter: RowFilter | undefined;
  readonly family: 4 | 6 | undefined;
  /** What rows stand for. */
  readonly grouping: Grouping;
  /** Bars show the logarithm of a share. */
  readonly isLog: boolean;
  /** Names are shown that reverse DNS is asked for. */
  readonly hasDns: boolean;
}
