import { type Command, parseCommandLine } from "./commands/watch/parse.ts";
import { watch } from "./commands/watch/watch.ts";
import { EXIT, type ExitCode, Failure } from "./basics/errors.ts";
import { diagnosticsLog } from "./process/log.ts";
import { openStdout, ReaderGone } from "./sinks/stream.ts";

// What only some command lines need is imported by these: of the 43 ms of a
// start 5 went into modules that it did not use.

async function main(args: readonly string[]): Promise<ExitCode> {
  let verbosity = 0;
  try {
    const command = parseCommandLine(args);
    if (command.name === "report") {
      const { report } = await import("./commands/report/report.ts");
      return await report(command.options, diagnosticsLog("normal"));
    }
    if (command.name === "top") {
      const { top } = await import("./commands/top/top.ts");
      return await top(command.options);
    }
    if (command.name === "check") {
      const { check } = await import("./commands/check/check.ts");
      const { text, exitCode } = check(command.options);
      await print(text);
      return exitCode;
    }
    if (command.name !== "watch") {
      await print(await textOf(command));
      return EXIT.done;
    }
    const { options } = command;
    verbosity = options.verbosity;
    return await watch(options, diagnosticsLog(levelOf(options)));
  } catch (error) {
    return reportError(error, verbosity);
  }
}

async function textOf(
  command: Exclude<Command, { name: "watch" | "report" | "check" | "top" }>,
): Promise<string> {
  if (command.name === "version") {
    return (await import("./commands/version.ts")).versionText();
  }
  if (command.name === "list") {
    return (await import("./commands/interface_table.ts")).interfaceTable();
  }
  const help = await import("./cli/help.ts");
  switch (command.name) {
    case "help":
      return help.helpText(command.isFull);
    case "check-help":
      return help.checkHelpText();
    case "report-help":
      return help.reportHelpText();
    case "top-help":
      return help.topHelpText();
  }
}

async function print(text: string): Promise<void> {
  const stdout = openStdout();
  stdout.add(text);
  await stdout.flush();
}

function levelOf(
  { isQuiet, verbosity }: { isQuiet: boolean; verbosity: number },
) {
  if (isQuiet) return "quiet";
  return verbosity > 0 ? "verbose" : "normal";
}

/** The one place that puts an error into words for the operator. */
function reportError(error: unknown, verbosity: number): ExitCode {
  if (error instanceof ReaderGone) return EXIT.done;
  const log = diagnosticsLog("normal");
  if (error instanceof Failure) {
    log.error(error.message);
    // With -vv it was said when it came.
    if (verbosity === 1 && error.detail !== "") log.error(error.detail);
    return error.exitCode;
  }
  const isError = error instanceof Error;
  log.error(
    `Unexpected failure: ${isError ? error.message : error}; -v shows where`,
  );
  if (verbosity > 0 && isError) log.error(error.stack ?? "");
  return EXIT.failure;
}

const code = await main(Deno.args);
// A reader that pauses may still hold a write; `using` has released the rest.
Deno.exit(code);
