/** What records are written to: a stream or a capture file. */
import type { Failure } from "../basics/errors.ts";

export interface Target {
  /** `stdout`, or a quoted path. */
  readonly name: string;
  /** Text is kept that was not written. */
  readonly isWaiting: boolean;
  /** Bytes that were written so far. */
  readonly taken: number;
  /** This process may not open it. */
  readonly isForbidden: boolean;
  /** Exit code 7, if something was not written. */
  readonly failure: Failure | undefined;

  /**
   * Tries whether it can be written to.
   *
   * @throws {Failure} exit code 7
   */
  prepare(): Promise<void>;
  /** Keeps text for the next `flush`. */
  add(text: string): void;
  /** Writes what was kept. What it throws ends the run. */
  flush(): Promise<void>;
  close(): void;
}
