import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";

/** What a file's name is made of. */
export interface Named {
  readonly host: string;
  readonly interface: string;
}

/** How files are written. */
export interface FileOptions {
  /** Times in file names are local. */
  readonly isLocal: boolean;
  /** Wait until the disk has it. */
  readonly isSynced: boolean;
}

/** Where the records of a run go. */
export interface Sink {
  /**
   * Tries what the records of an interface would go to now: what cannot be
   * written is better known before anything is attached.
   *
   * @throws {Failure} exit code 7
   */
  prepare(named: Named): Promise<void>;

  start(record: StartRecord): void;
  tick(record: TickRecord): void;
  end(record: EndRecord): void;

  /**
   * Writes what was recorded since the last time. A file that cannot be
   * written just now is said and tried again.
   *
   * @param end milliseconds until the run ends in any case
   * @throws {ReaderGone} nobody reads the stream any more
   * @throws {Failure} it cannot be written, or does not get through
   */
  flush(end: number): Promise<void>;

  /**
   * The end: what could not be written stays unwritten.
   *
   * @throws {Failure} exit code 7, with how much that is
   */
  close(): void;
}
