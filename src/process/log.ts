/** Makes the loggers: one of diagnostics for stderr, one of text records. */
import { fstatSync } from "node:fs";
import { BaseHandler } from "@std/log/base-handler";
import { Logger, type LogRecord } from "@std/log/logger";
import { visible } from "../basics/visible.ts";
import { writeAll } from "../basics/write_all.ts";

/**
 * Writes each diagnostic as a line that starts with `xdptally: `. Notices have
 * level `info`; what `-v` adds has level `debug`.
 */
class DiagnosticsHandler extends BaseHandler {
  readonly #write: WriteLine;
  #isNotice = false;

  constructor(write: WriteLine) {
    const prefix = isJournal()
      ? (level: string) => `<${PRIORITIES[level] ?? 6}>`
      : () => PREFIX;
    super("DEBUG", {
      formatter: ({ msg, levelName }) => prefix(levelName) + diagnostic(msg),
    });
    this.#write = write;
  }

  override handle(record: LogRecord): void {
    this.#isNotice = !LOUD.has(record.levelName);
    super.handle(record);
  }

  override log(line: string): void {
    this.#write(line, this.#isNotice);
  }
}

const LOUD = new Set(["WARN", "ERROR", "CRITICAL"]);

/** Before each line of diagnostics, unless the journal gets it. */
export const PREFIX = "xdptally: ";

/** Takes a line of diagnostics; `isNotice` is false for warnings and errors. */
type WriteLine = (line: string, isNotice: boolean) => void;

/** Its descriptor. */
export const STDERR = 2;

/** Writes to stderr, and ignores that it is closed. */
export function writeStderr(line: string): void {
  try {
    writeAll(Deno.stderr, new TextEncoder().encode(line));
  } catch {
    // stderr is closed: there is nowhere to report it.
  }
}

/** Before a line, by which the journal knows its level. @see sd-daemon(3) */
const PRIORITIES: Readonly<Record<string, number>> = {
  CRITICAL: 2,
  ERROR: 3,
  WARN: 4,
  INFO: 6,
  DEBUG: 7,
};

/** Whether stderr goes to the journal, which names the program itself. @see systemd.exec(5) */
function isJournal(): boolean {
  const stream = Deno.env.get("JOURNAL_STREAM");
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(STDERR);
    return stream === `${dev}:${ino}`;
  } catch {
    return false; // it is closed
  }
}

/** The line of a message. The rows of a text record begin with a tab. */
function diagnostic(message: string): string {
  const [, tab, rest] = /^(\t?)(.*)$/s.exec(message.trimEnd())!;
  return `${tab}${visible(rest!)}\n`;
}

/** Logs each line of a text as a message: a message itself has one line. */
export function logLines(log: (line: string) => void, text: string): void {
  for (const line of text.trimEnd().split("\n")) log(line);
}

/** Passes on each text record, its line and its rows, as one log record. */
class DataHandler extends BaseHandler {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    super("INFO", { formatter: ({ msg }) => msg });
    this.#write = write;
  }

  override log(text: string): void {
    this.#write(text);
  }
}

/** How much to print on stderr: with `-q`, by default, with `-v`. */
type Verbosity = "quiet" | "normal" | "verbose";

/** Creates the logger of diagnostics. */
export function diagnosticsLog(
  verbosity: Verbosity,
  write: WriteLine = writeStderr,
): Logger {
  const level = { quiet: "WARN", normal: "INFO", verbose: "DEBUG" } as const;
  return new Logger("xdptally", level[verbosity], {
    handlers: [new DiagnosticsHandler(write)],
  });
}

/** Creates the logger of records; `write` gets the text of each. */
export function dataLog(write: (text: string) => void): Logger {
  return new Logger("data", "INFO", { handlers: [new DataHandler(write)] });
}
