/** The command `read`: counts the packets of capture files as live ones. */
import { basename } from "node:path";
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import type { Arguments } from "../../cli/arguments.ts";
import type { Values } from "../../cli/option.ts";
import { badValue } from "../../cli/values.ts";
import { diagnosticsLog } from "../../process/log.ts";
import { StopRequest } from "../../process/stop_request.ts";
import { output, outputOf } from "../../sinks/output.ts";
import type { Command } from "../command.ts";
import { countingOf } from "../counting_options.ts";
import { openNames, requireNamed } from "../naming.ts";
import { record } from "../record.ts";
import { READ_DOCS, type ReadOptions } from "./docs.ts";
import { STDIN } from "./interruptible_parts.ts";
import { type InputFile, Recount } from "./recount.ts";

export const command: Command<ReadOptions> = { ...READ_DOCS, run };

/** Milliseconds of a tick, where records are asked for and no interval. */
const SECOND = 1000;

async function run(
  { values, operands }: Arguments<ReadOptions>,
): Promise<ExitCode> {
  if (operands.length === 0) {
    throw new Failure(
      EXIT.usage,
      "Cannot read: no file is named; give .pcap or .pcapng files, or - for stdin",
    );
  }
  const log = diagnosticsLog(values.isQuiet ? "quiet" : "normal");
  return await read(named(operands, log), values, log);
}

async function read(
  files: readonly InputFile[],
  values: Values<ReadOptions>,
  log: Logger,
): Promise<ExitCode> {
  const { format } = outputOf(values);
  if (format.kind === "page") {
    throw badValue(
      "format",
      format.name,
      "metrics are of what is counted now; give text, jsonl or csv",
    );
  }
  const { keying, filter, maxSources } = countingOf(values);
  const { fields: by } = keying;
  const names = await openNames(values);
  requireNamed(names, by);
  if (by.includes("verdict")) {
    throw badValue("by", "verdict", "files do not have verdicts; leave it out");
  }
  const top = values.top ?? format.defaultTop;
  const isTable = format.name === "text" && values.interval === undefined;
  const host = Deno.hostname();
  using stop = new StopRequest();
  const sink = output.plan(values)!.create({
    ...{ log, stop, host, maxSources, user: undefined },
    keying: { ...keying, names },
    interfaces: files.map(({ name }) => name),
  });
  for (const { name } of files) sink.rehearse?.({ host, interface: name });
  const recount = new Recount({
    ...{ files, stop, log, keying, filter, maxSources },
    origin: { host, run: crypto.randomUUID(), direction: "in", by, names },
    rows: { sort: values.sort, top, endTop: top },
    interval: isTable ? undefined : values.interval ?? SECOND,
  });
  const exitCode = await record(recount, sink);
  if (!recount.hasRead && !stop.isRequested) {
    throw new Failure(
      EXIT.failure,
      "Cannot read: none of the files has packets that can be read",
    );
  }
  return exitCode;
}

/** Each file once, with a name of its own. */
function named(operands: readonly string[], log: Logger): InputFile[] {
  const paths = new Map<string, string>();
  for (const path of operands) {
    const id = idOf(path);
    const known = paths.get(id);
    if (known === undefined) paths.set(id, path);
    else log.info(`"${path}" is the same file as "${known}": it is read once`);
  }
  const files = [...paths.values()].map((path) => ({
    path,
    name: path === STDIN ? "stdin" : basename(path),
  }));
  return files.map((file) =>
    files.every((other) => other === file || other.name !== file.name)
      ? file
      : { path: file.path, name: file.path }
  );
}

/** Equal for paths of the same file. */
function idOf(path: string): string {
  if (path === STDIN) return path;
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return `path ${path}`;
  }
}
