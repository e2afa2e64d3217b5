/** What the process exits with; `-h`, README and the man page list the same. */
export const EXIT = {
  done: 0,
  failure: 1,
  usage: 2,
  notPermitted: 3,
  noInterface: 4,
  busy: 5,
  unsupported: 6,
  output: 7,
  incomplete: 8,
  threshold: 9,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** A few words for each exit code. */
export const EXIT_MEANINGS: Record<ExitCode, string> = {
  0: "done",
  1: "unexpected failure",
  2: "usage",
  3: "not permitted",
  4: "interface missing or gone",
  5: "busy (another XDP program)",
  6: "unsupported kernel, driver or libbpf",
  7: "output could not be written",
  8: "incomplete counts",
  9: "a limit was exceeded",
};

/**
 * An error that was foreseen: its message is the one line that the operator
 * gets (what failed, why, what to do), `detail` is the text of libbpf or the
 * verifier, for `-v`.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  readonly detail: string;

  constructor(exitCode: ExitCode, message: string, detail = "") {
    super(message);
    this.exitCode = exitCode;
    this.detail = detail;
  }
}
