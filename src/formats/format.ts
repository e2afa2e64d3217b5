/** What an output format is. Each one is a file in this folder, listed in all.ts. */
import type { Keying } from "../basics/keys.ts";
import type { Names } from "../names/names.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import type { InterfaceState } from "./interface_state.ts";

/** What the rows of records have. */
export interface RecordShape extends Pick<Keying, "fields" | "inner"> {
  readonly names?: Names | undefined;
}

interface FormatBase {
  /** Whether a file that begins so, perhaps in the middle of a record, has this format. */
  isHead(text: string): boolean;
  /** Its word for `--format`. */
  readonly name: string;
  /** What a file of it has, where that is not said by the name. */
  readonly title?: string;
  readonly aliases?: readonly string[];
  /** What it is for, for the man page. */
  readonly help: string;
  /** Endings of its files, with the dot. */
  readonly endings: readonly string[];
  /** Further endings, for files whose format `--format` names. */
  readonly otherEndings?: readonly string[];
  /** The name of its files in `-o FOLDER/`; capture_name.ts has its fields. */
  readonly fileName: string;
  /** Rows of a tick unless `--top` says otherwise; 0 for all. */
  readonly defaultTop: number;
}

/** A format whose records are appended to a file or stream. */
export interface LineFormat extends FormatBase {
  readonly kind: "lines";
  /** Written first into an empty file. */
  readonly header: string;
  /** The format for records by other fields; without it they all look the same. */
  readonly withFields?: (shape: RecordShape) => LineFormat;
  /**
   * The format for a terminal of so many columns, or for stderr (Infinity); without
   * it people get what programs get.
   */
  readonly forPeople?: (width: () => number) => LineFormat;
  /** Its records are written through @std/log, one log record each. */
  readonly isLog?: boolean;
  // Each of these returns lines that end in a newline, or the empty string.
  start(record: StartRecord): string;
  tick(record: TickRecord): string;
  end(record: EndRecord): string;
}

/** A format whose file is a page that is replaced at each tick. */
export interface PageFormat extends FormatBase {
  readonly kind: "page";
  page(states: readonly InterfaceState[]): string;
}

export type Format = LineFormat | PageFormat;

/** Whether one of two texts begins with the other. */
export function beginsAs(text: string, start: string): boolean {
  return text.startsWith(start) || start.startsWith(text);
}
