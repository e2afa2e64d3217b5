/** Runs the command that the arguments name; prints its failure and returns its exit code. */
import { EXIT, type ExitCode, Failure } from "./basics/errors.ts";
import { parseArguments } from "./cli/arguments.ts";
import { mostOperands } from "./cli/command_docs.ts";
import { helpText } from "./cli/help_text.ts";
import { similar } from "./cli/similar.ts";
import { commands } from "./commands/all.ts";
import { print } from "./commands/print.ts";
import { diagnosticsLog, logLines } from "./process/log.ts";
import { ReaderGone } from "./sinks/stream.ts";

async function main(args: readonly string[]): Promise<ExitCode> {
  let verbosity = 0;
  try {
    const [first, ...rest] = args;
    const [defaultName = ""] = commands.names;
    const isNamed = commands.has(first);
    const command = await commands.named(isNamed ? first : defaultName);
    const given = parseArguments(isNamed ? rest : args, command.options);
    if (given.values.isHelp === true) {
      const isFull = command.name !== defaultName || args.includes("--help");
      await print(helpText(command, isFull, commands.names));
      return EXIT.done;
    }
    verbosity = Number(given.values.verbosity ?? 0);
    // `xdptally -j watch eth0`: the default command may be named behind options.
    const isLate = !isNamed && given.operands[0] === defaultName;
    const operands = given.operands.slice(isLate ? 1 : 0);
    const [tooMany] = operands.slice(mostOperands(command));
    if (tooMany !== undefined) {
      throw new Failure(
        EXIT.usage,
        `Cannot use "${tooMany}": xdptally ${command.name} takes no more words; see xdptally ${command.name} -h`,
      );
    }
    return await command.run({ ...given, operands }, commands);
  } catch (error) {
    return reportError(meant(args, error), verbosity);
  }
}

/** A missing interface may be a misspelt command: the error names that too. */
function meant([first = ""]: readonly string[], error: unknown): unknown {
  const isMissing = error instanceof Failure &&
    error.exitCode === EXIT.noInterface &&
    error.message.startsWith(`Cannot find interface "${first}"`);
  const command = similar(first, commands.names, Math.max(1, first.length / 3));
  return isMissing && command !== undefined
    ? new Failure(
      error.exitCode,
      `${error.message}; or did you mean xdptally ${command}?`,
    )
    : error;
}

/** Prints an error for the operator. @returns the exit code */
function reportError(error: unknown, verbosity: number): ExitCode {
  if (error instanceof ReaderGone) return EXIT.done;
  const log = diagnosticsLog("normal");
  const explain = (text: string) => logLines((line) => log.error(line), text);
  if (error instanceof Failure) {
    log.error(error.message);
    // With -vv these lines are logged already.
    if (verbosity === 1 && error.detail !== "") explain(error.detail);
    return error.exitCode;
  }
  const isError = error instanceof Error;
  log.error(
    `Unexpected failure: ${isError ? error.message : error}; -v shows where`,
  );
  if (verbosity > 0 && isError) explain(error.stack ?? "");
  return EXIT.failure;
}

const code = await main(Deno.args);
// A write to a reader that pauses may still be pending: do not wait for it.
Deno.exit(code);
