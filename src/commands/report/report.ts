/** The command `report`: who sent most in captures, and what is missing in them. */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import { visible } from "../../basics/visible.ts";
import { reasonOf } from "../../basics/reason.ts";
import type { Arguments } from "../../cli/arguments.ts";
import type { Values } from "../../cli/option.ts";
import { diagnosticsLog } from "../../process/log.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import { Problems } from "../../report/problems.ts";
import { Reporter } from "../../report/reporter.ts";
import type { TimeSpan } from "../../report/run_history.ts";
import { doubts, isIncomplete } from "../../report/sentences.ts";
import { timeText } from "../../report/times.ts";
import { openStdout } from "../../sinks/stream.ts";
import type { Command } from "../command.ts";
import { openNames } from "../naming.ts";
import { findCaptures } from "./capture_files.ts";
import { CaptureReading } from "./capture_reading.ts";
import type { AskedTime } from "./asked_time.ts";
import { REPORT_DOCS, type ReportOptions } from "./docs.ts";
import { NamedCapture } from "./named_capture.ts";
import { Progress } from "./progress.ts";

export const command: Command<ReportOptions> = { ...REPORT_DOCS, run };

async function run(
  { values, operands }: Arguments<ReportOptions>,
): Promise<ExitCode> {
  if (operands.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot report: no capture is named; give .jsonl or .csv files, a folder of them, or - for stdin",
    );
  }
  return await report(operands, values, diagnosticsLog("normal"));
}

async function report(
  operands: readonly string[],
  { since, until, ...options }: Values<ReportOptions>,
  log: Logger,
): Promise<ExitCode> {
  const span = spanOf(since, until);
  const names = await openNames(options);
  const stdout = openStdout(); // fails before reading takes minutes
  const format = REPORT_FORMATS[options.format];
  const reporter = new Reporter({
    ...options,
    ...span,
    names,
    hasSeries: format.hasSeries && options.by !== "hour",
  });
  const { files, notices, unread } = findCaptures(operands);
  for (const notice of notices) log.info(visible(notice));
  const captures = files.map((name) => new NamedCapture(name));
  let problems: Problems;
  do {
    problems = new Problems();
    for (const [folder, why] of unread) problems.addUnread(folder, why);
    readAll(captures, reporter, problems);
  } while (reporter.startAgain(canReadAgain(captures)));
  for (const file of problems.unread) {
    log.error(`Cannot read ${file}; its records are missing in the report`);
  }
  if (captures.every(({ isOpened }) => !isOpened)) {
    throw new Failure(
      EXIT.failure,
      "Cannot report: none of the captures could be read",
    );
  }
  const contents = reporter.finish();
  if (!format.hasDoubts) {
    for (const line of doubts(contents, problems)) log.warn(line);
  }
  stdout.add(format.write(contents, problems));
  await stdout.close();
  return isIncomplete(contents, problems) ? EXIT.incomplete : EXIT.done;
}

/**
 * The time that is reported on. Time that is yet to come is not missing; after
 * `--since 24h` the time up to now should be covered.
 *
 * @throws {Failure} it has no length
 */
function spanOf(
  since: AskedTime | undefined,
  until: AskedTime | undefined,
): TimeSpan {
  const [from, to] = [since?.time ?? -Infinity, until?.time ?? Infinity];
  if (from >= to) {
    throw new Failure(
      EXIT.usage,
      `Cannot report from ${timeText(from)} to ${
        timeText(to)
      }: --since is not before --until; give an earlier --since or a later --until`,
    );
  }
  const isUpToNow = until !== undefined || since?.isAgo === true;
  const coveredUntil = isUpToNow ? Math.min(to, Date.now()) : Infinity;
  return { since: from, until: to, coveredUntil };
}

/** Reads all captures. */
function readAll(
  captures: readonly NamedCapture[],
  reporter: Reporter,
  problems: Problems,
): void {
  using progress = new Progress(captures.map(({ name }) => name));
  const reading = new CaptureReading(reporter);
  for (const capture of captures) {
    try {
      capture.readInto(reading, problems, (bytes) => progress.add(bytes));
    } catch (error) {
      problems.addUnread(`"${capture.name}"`, reasonOf(error));
    }
  }
}

/** Standard input is there once. */
function canReadAgain(captures: readonly NamedCapture[]): boolean {
  return captures.every(({ isRegular }) => isRegular);
}
