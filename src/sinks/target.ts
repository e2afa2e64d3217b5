/** What records are written to: a stream or a capture file. */
import type { Failure } from "../basics/errors.ts";

export interface Target {
  /** `stdout`, or a quoted path. */
  readonly name: string;
  /** Some text is not written yet. */
  readonly isWaiting: boolean;
  /** Bytes written so far: progress within a write that takes long. */
  readonly written: number;
  /** This process may not open it. */
  readonly isForbidden?: boolean;
  /** Exit code 7, if something was not written; known once it is closed. */
  readonly failure?: Failure | undefined;

  /**
   * Checks that it can be written to.
   *
   * @throws {Failure} exit code 7
   */
  prepare?(): void;
  /** Fails where `prepare` would; leaves nothing behind. @throws {Failure} exit code 7 */
  rehearse?(): void;
  /** Queues text for the next `flush`. */
  add(text: string): void;
  /**
   * Writes the queue, or begins to if its reader pauses.
   *
   * @throws {Failure} exit code 7
   * @throws {ReaderGone}
   */
  flush(): Promise<void>;
  /** Writes what still waits, as far as that can be written now, and ends. */
  close(): Promise<void>;
}
