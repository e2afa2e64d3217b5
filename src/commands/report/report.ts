/** The command `report`: who sent most in captures, and what is missing in them. */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import { reasonOf } from "../../basics/reason.ts";
import type { Arguments } from "../../cli/arguments.ts";
import type { Values } from "../../cli/option.ts";
import { diagnosticsLog } from "../../process/log.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import { Reporter } from "../../report/reporter.ts";
import type { BrokenLines } from "../../report/sentences.ts";
import { openStdout } from "../../sinks/stream.ts";
import type { Command } from "../command.ts";
import { eachLine, openCapture } from "./capture_lines.ts";
import { REPORT_DOCS, type ReportOptions } from "./docs.ts";
import { Progress } from "./progress.ts";

export const command: Command<ReportOptions> = { ...REPORT_DOCS, run };

async function run(
  { values, operands }: Arguments<ReportOptions>,
): Promise<ExitCode> {
  if (operands.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot report: no capture is named; give .jsonl or .jsonl.gz files, or - for stdin",
    );
  }
  return await report(operands, values, diagnosticsLog("normal"));
}

async function report(
  files: readonly string[],
  { since = -Infinity, until = Infinity, ...options }: Values<ReportOptions>,
  log: Logger,
): Promise<ExitCode> {
  const stdout = openStdout(); // fails before reading takes minutes
  const format = REPORT_FORMATS[options.format];
  const reporter = new Reporter({
    ...options,
    since,
    until,
    hasSeries: format.hasSeries && options.by !== "hour",
  });
  const broken = new Broken();
  using progress = new Progress(files);
  let unread = 0;
  for (const file of files) {
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
  if (unread === files.length) {
    throw new Failure(
      EXIT.failure,
      "Cannot report: none of the captures could be read",
    );
  }
  stdout.add(format.write(reporter.finish(), broken));
  await stdout.flush();
  return unread > 0 ? EXIT.incomplete : EXIT.done;
}

/** Whether a gzip file ends early, because its run was killed. */
function isTorn(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code;
  return code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR";
}

/** Lines that are not records: their number, and where the first ones are. */
class Broken implements BrokenLines {
  static readonly #MOST_NAMED = 20;
  count = 0;
  readonly examples: string[] = [];

  /** Adds a line if `take` throws. */
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
