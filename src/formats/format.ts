/** What an output format is. Each is a file beside this one, listed in all.ts. */
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { InterfaceState } from "./metrics.ts";

interface FormatBase {
  /** Its word on the command line. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What it is for, for the man page. */
  readonly help: string;
  /** Endings of its files, with the dot. */
  readonly endings: readonly string[];
  /** The name of its files in a folder, with the fields of capture_name.ts. */
  readonly fileName: string;
  /** Rows of a tick unless `--top` says otherwise; 0 for all. */
  readonly defaultTop: number;
}

/** A format whose records are appended one after the other. */
export interface LineFormat extends FormatBase {
  readonly kind: "lines";
  /** What an empty file begins with. */
  readonly header: string;
  /** Its records are log records, written through @std/log. */
  readonly isLog?: boolean;
  // Each returns text that ends in a newline, or nothing.
  start(record: StartRecord): string;
  tick(record: TickRecord): string;
  end(record: EndRecord): string;
}

/** A format whose file is one page, which is replaced at each tick. */
export interface PageFormat extends FormatBase {
  readonly kind: "page";
  page(states: readonly InterfaceState[]): string;
}

export type Format = LineFormat | PageFormat;
