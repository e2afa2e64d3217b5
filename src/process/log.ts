import { BaseHandler } from "@std/log/base-handler";
import { Logger, type LogRecord } from "@std/log/logger";

/**
 * Diagnostics: one line each, for stderr, `xdptally: ` in front. Notices are
 * `info`, what `-v` adds is `debug`.
 */
class DiagnosticsHandler extends BaseHandler {
  readonly #write: WriteLine;
  #isNotice = false;

  constructor(write: WriteLine) {
    super("DEBUG", { formatter: ({ msg }) => diagnostic(msg) });
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

/** Takes a line of diagnostics: a notice, or a warning or an error. */
type WriteLine = (line: string, isNotice: boolean) => void;

/** Writes diagnostics to stderr. */
export function writeStderr(line: string): void {
  let rest = new TextEncoder().encode(line);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch {
    // Nobody is left to be told.
  }
}

/** Every line with the program's name; control characters cannot act. */
function diagnostic(message: string): string {
  return message.trimEnd().split("\n")
    .map((line) => `xdptally: ${line.replace(/(?!\t)\p{Cc}/gu, "?")}\n`)
    .join("");
}

/** A text tick is one log record: its line and its rows, ready to be written. */
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

/** How much is said on stderr: `-q`, nothing, `-v`. */
type Verbosity = "quiet" | "normal" | "verbose";

/** The logger of the diagnostics. */
export function diagnosticsLog(
  verbosity: Verbosity,
  write: WriteLine = writeStderr,
): Logger {
  const level = { quiet: "WARN", normal: "INFO", verbose: "DEBUG" } as const;
  return new Logger("xdptally", level[verbosity], {
    handlers: [new DiagnosticsHandler(write)],
  });
}

/** The logger of the data, each record given to `write`. */
export function dataLog(write: (text: string) => void): Logger {
  return new Logger("data", "INFO", { handlers: [new DataHandler(write)] });
}
