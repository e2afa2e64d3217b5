import type { Logger } from "@std/log/logger";
import type { ReportCommandOptions } from "./options.ts";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import { reasonOf } from "../../basics/reason.ts";
import { eachLine, openCapture } from "./capture_lines.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import { Reporter } from "../../report/report.ts";
import type { BrokenLines } from "../../report/sentences.ts";
import { openStdout } from "../../sinks/stream.ts";
import { Progress } from "./progress.ts";

/** Reads captures and says who sent most, and what is missing. */
export async function report(
  options: ReportCommandOptions,
  log: Logger,
): Promise<ExitCode> {
  const stdout = openStdout();
  const reporter = new Reporter({
    ...options,
    hasSeries: options.format === "html" && options.by !== "hour",
  });
  const broken = new Broken();
  using progress = new Progress(options.files);
  let unread = 0;
  for (const file of options.files) {
    let last = 0;
    try {
      const capture = await openCapture(file, (bytes) => progress.add(bytes));
      await eachLine(capture, (line, number) => {
        last = number;
        broken.unless(file, number, () => reporter.addLine(line));
      });
    } catch (error) {
      if (isTorn(error)) {
        broken.add(
          `${file}:${last + 1}: the file ends in the middle of a record`,
        );
        continue;
      }
      progress.clear();
      log.error(
        `Cannot read "${file}": ${
          reasonOf(error)
        }; its records are missing in the report`,
      );
      unread++;
    }
  }
  progress.clear();
  if (unread === options.files.length) {
    throw new Failure(
      EXIT.failure,
      "Cannot report: none of the captures could be read",
    );
  }
  stdout.add(REPORT_FORMATS[options.format](reporter.finish(), broken));
  await stdout.flush();
  return unread > 0 ? EXIT.incomplete : EXIT.done;
}

/** A gzip file that a killed run left. */
function isTorn(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code;
  return code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR";
}

/** Lines that are no records: counted, the first named. */
class Broken implements BrokenLines {
  static readonly #MOST_NAMED = 20;
  count = 0;
  readonly examples: string[] = [];

  unless(file: string, number: number, take: () => void): void {
    try {
      take();
    } catch (error) {
      this.add(`${file}:${number}: ${reasonOf(error).split("\n")[0]}`);
    }
  }

  add(example: string): void {
    this.count++;
    if (this.examples.length < Broken.#MOST_NAMED) this.examples.push(example);
  }
}
