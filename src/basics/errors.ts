/** Failures that are foreseen, and the exit codes of the process. */
import { visible } from "./visible.ts";

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
  9: "a source exceeded --exit-over",
};

/** When a run ends with each exit code, for the man page. */
export const EXIT_DETAILS: Record<ExitCode, string> = {
  0: "The run ended as it was asked to: by --count, --duration or a signal, or because the reader of standard output closed it.",
  1: "An unexpected error (-v shows where), or none of the files of report or read could be read.",
  2: "The command line cannot be used: an unknown option, a bad value, an interface that is named twice, or top without a terminal.",
  3: "Root or the capabilities of RIGHTS are needed, or are refused here.",
  4: "The interface does not exist, went away during the run, or somebody else detached the program.",
  5: "The other program stays attached. --hook tc counts beside it, --wait waits until it is detached.",
  6: "The message says what is missing; xdptally check lists everything that is.",
  7: "A file, standard output or the address of --listen could not be opened: nothing was attached. Or it could not be written: counting went on, and the message says which records are missing.",
  8: "Something was not counted or read, so the numbers are a lower bound; a report found a run incomplete, a line or file broken, or records that contradict each other; read found a file damaged.",
  9: "A source sent more than --exit-over allows.",
};

/**
 * An error that is foreseen. Its message is the one line that is printed: what
 * failed, why, and what to do. What is quoted in it is made visible. `detail` is the log of libbpf or the verifier,
 * which `-v` prints.
 *
 * @example
 * throw new Failure(EXIT.busy, 'Cannot attach to "eth0": it has a program; stop it first');
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  readonly detail: string;

  constructor(exitCode: ExitCode, message: string, detail = "") {
    super(visible(message));
    this.exitCode = exitCode;
    this.detail = detail;
  }
}
