/** Failures that are foreseen, and the exit codes of the process. */

/** Exit codes; README lists them too, which a test checks. */
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

/** What each exit code means, for help and man page. */
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
 * An error that is foreseen. Its message is the one line that is printed: what
 * failed, why, and what to do. `detail` is the log of libbpf or the verifier,
 * which `-v` prints.
 *
 * @example
 * throw new Failure(EXIT.busy, 'Cannot attach to "eth0": it has a program; detach it');
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
