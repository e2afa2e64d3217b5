/** `watch`, the default command: counts and writes records until the run ends. */
import { EXIT, type ExitCode } from "../../basics/errors.ts";
import { plural } from "../../basics/plural.ts";
import type { Arguments } from "../../cli/arguments.ts";
import type { Values } from "../../cli/option.ts";
import type { SessionOptions } from "../../engine/options.ts";
import { LoadedSession } from "../../engine/session.ts";
import { text, textForPeople } from "../../formats/text.ts";
import { diagnosticsLog, logLines, PREFIX, STDERR } from "../../process/log.ts";
import { ServiceManager } from "../../process/service_manager.ts";
import { StopRequest } from "../../process/stop_request.ts";
import { terminalWidth } from "../../process/terminal_width.ts";
import { createSinks, planSinks } from "../../sinks/all.ts";
import { ServiceSink } from "../../sinks/service.ts";
import { SeveralSinks } from "../../sinks/several.ts";
import type { Sink, SinkPlan } from "../../sinks/sink.ts";
import { STDOUT } from "../../sinks/stream.ts";
import type { Command, CommandList } from "../command.ts";
import { countingOf, requireNames } from "../counting_options.ts";
import { openNames, requireNamed } from "../naming.ts";
import { print } from "../print.ts";
import { record } from "../record.ts";
import { WATCH_DOCS, type WatchOptions } from "./docs.ts";

export const command: Command<WatchOptions> = { ...WATCH_DOCS, run };

async function run(
  { values, operands }: Arguments<WatchOptions>,
  commands: CommandList,
): Promise<ExitCode> {
  if (values.isVersion) {
    const version = await commands.named("version");
    return await version.run({ values: {}, operands: [] }, commands);
  }
  if (values.isList) {
    await print((await import("./interface_list.ts")).interfaceList());
    return EXIT.done;
  }
  const plans = planSinks(values);
  const hasPeople = terminalWidth(STDOUT) !== undefined;
  const options = sessionOptions(values, operands, plans, hasPeople);
  const names = await openNames(values, values.user);
  requireNamed(names, options.counting.keying.fields);
  return await watch({ ...options, names }, values, plans);
}

/** What a command line asks the engine for. @param hasPeople stdout is a terminal */
export function sessionOptions(
  values: Values<WatchOptions>,
  operands: readonly string[],
  plans: readonly SinkPlan[],
  hasPeople: boolean,
): SessionOptions {
  const { top, sort, labels, user, exitOver, verbosity } = values;
  const { interval, count, duration, isAligned } = values;
  const { splay, wait, waitsForInterface } = values;
  const defaultTop = plans.find((plan) => plan.defaultTop !== undefined)
    ?.defaultTop;
  // A tick is as short everywhere. The last list has all, unless it would bury people.
  const isShown = hasPeople && plans.some((plan) => plan.isForPeople);
  const hasMetrics = plans.some((plan) => plan.hasMetrics);
  return {
    interfaces: requireNames(operands),
    counting: countingOf(values),
    rows: {
      sort,
      top: top ?? defaultTop ?? 0,
      endTop: top ?? (isShown ? defaultTop : undefined) ?? 0,
      labels: hasMetrics ? labels : undefined,
    },
    timing: { interval, count, duration, isAligned },
    waiting: { splay, wait, waitsForInterface },
    user,
    limit: exitOver,
    logsLibbpf: verbosity > 1,
  };
}

async function watch(
  options: SessionOptions,
  { isQuiet, verbosity, top = text.defaultTop }: Values<WatchOptions>,
  plans: readonly SinkPlan[],
): Promise<ExitCode> {
  const { interfaces, counting: { maxSources }, names } = options;
  const log = diagnosticsLog(
    isQuiet ? "quiet" : verbosity > 0 ? "verbose" : "normal",
  );
  const isDaemon = plans.some((plan) => plan.writesFiles) && !hasTerminal();

  // Until a signal is caught, Ctrl-C ends a start that loads large tables.
  using loaded = new LoadedSession(options, log);
  using stop = new StopRequest([
    "SIGUSR1",
    ...(isDaemon ? ["SIGHUP"] as const : []), // its files were rotated
  ]);
  const host = Deno.hostname();
  const { user } = loaded;
  const keying = { ...options.counting.keying, names };
  const context = { log, stop, host, interfaces, maxSources, keying, user };
  using sinks = createSinks(plans, context);
  const prepare = async () => {
    for (const name of interfaces) {
      await sinks.prepare({ host, interface: name });
    }
  };
  await prepare();

  const session = await loaded.attach(stop);
  if (session === undefined) return EXIT.done;
  await prepare(); // after --splay and --wait a file may have another name
  await session.giveUpRights((user) => sinks.canGoOnAs(user));
  const summary = textForPeople(() =>
    (terminalWidth(STDERR) ?? Infinity) - PREFIX.length
  );
  stop.on("SIGUSR1", () => {
    for (const record of session.soFar(top)) {
      logLines((line) => log.warn(line), summary.end(record));
    }
  });
  sinks.open();
  if (plans.every(({ isEnough }) => isEnough)) {
    log.info("Writing no records: --format or -o asks for them");
  }
  log.info(howToStop(options));
  const manager = ServiceManager.ofProcess(({ message }) =>
    log.warn(`Cannot tell the service manager how the run is: ${message}`)
  );
  return await record(session, withService(sinks, manager, options));
}

/** The service manager is told last: of what all others have. */
function withService(
  sinks: Sink,
  manager: ServiceManager | undefined,
  { timing: { interval } }: SessionOptions,
): Sink {
  if (manager === undefined) return sinks;
  return new SeveralSinks([sinks, new ServiceSink(manager, interval)]);
}

/** Whether this process has a terminal, whose hangup could reach it. */
function hasTerminal(): boolean {
  try {
    Deno.openSync("/dev/tty").close();
    return true;
  } catch {
    return false;
  }
}

function howToStop(
  { timing: { count, duration } }: Pick<SessionOptions, "timing">,
): string {
  const ends = [
    ...(count === undefined ? [] : [`after ${plural(count, "tick")}`]),
    ...(duration === undefined ? [] : [`after ${duration / 1000} s`]),
  ];
  return ends.length === 0
    ? "Press Ctrl-C to stop and detach"
    : `Stops and detaches ${ends.join(" or ")}; Ctrl-C stops earlier`;
}
