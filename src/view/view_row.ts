/** A row of the screen's table, whatever it stands for. */
import type { Tally } from "../tally/source_list.ts";

/** What a row sent: in the last tick, and in the run. */
export interface Amount {
  readonly tick: Tally;
  /** Undefined: it came after `--max-sources` others. */
  readonly run: Tally | undefined;
}

/** A row, with what it is ordered by. */
export interface ViewRow extends Amount {
  /** Its key for people: `10.0.0.1,tcp,443`. */
  readonly key: string;
  /** The bytes of the first address in its key; undefined: there is none. */
  readonly address: Uint8Array | undefined;
  /** The start of the first tick that it was in. */
  readonly first: Date;
  /** The same time in seconds of the view's clock. */
  readonly born: number;
  /** When it sent last, in seconds of the view's clock. */
  readonly seen: number;
  /** Smoothed rates per second, by which rows are ordered. */
  readonly smooth: { readonly packets: number; readonly bytes: number };
  /** How many values of each fan-out field it has; see fan_out.ts. */
  readonly fanOut: readonly number[];
  /** Its position in the order, kept by row_order.ts. */
  step: number;
  place: number;
}
