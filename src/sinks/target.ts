/** What records are written to. */
export interface Target {
  /** `stdout`, or a quoted path. */
  readonly name: string;
  /** Text is kept that was not written. */
  readonly isWaiting: boolean;
  /** Bytes that were taken so far. */
  readonly taken: number;
  /** Keeps text for the next `flush`. */
  add(text: string): void;
  /** Writes what was kept; what it throws ends the run. */
  flush(): Promise<void>;
  close(): void;
}
