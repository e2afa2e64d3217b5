import type { Logger } from "@std/log/logger";
import type { WatchOptions } from "../cli/parse.ts";
import { bootTime } from "../clock.ts";
import { EXIT, type ExitCode, Failure } from "../errors.ts";
import { Exporter } from "../sink/exporter.ts";
import { RecordSink } from "../sink/records.ts";
import { SeveralSinks } from "../sink/several.ts";
import type { Sink } from "../sink/sink.ts";
import { ReaderGone } from "../sink/stream.ts";
import { TextfileSink } from "../sink/textfile.ts";
import { StopRequest } from "../stop.ts";
import { Schedule } from "../tally/schedule.ts";
import { NEEDED } from "../process/capabilities.ts";
import { Intake } from "./intake.ts";
import { lookUpInterface, requireInterfaces } from "./lookup.ts";
import { Loop } from "./loop.ts";
import { canWriteAs, dropPrivileges, successor } from "./privileges.ts";
import { type Attached, type Loaded, Setup } from "./setup.ts";

/** Counts and logs until the run ends, then detaches and logs the whole of it. */
export async function watch(
  options: WatchOptions,
  log: Logger,
): Promise<ExitCode> {
  // Before a signal is caught: Ctrl-C while a large table loads just ends it.
  using stack = new DisposableStack();
  const present = options.waitsForInterface
    ? options.interfaces.filter((name) => lookUpInterface(name) !== undefined)
    : options.interfaces;
  const interfaces = requireInterfaces(present);
  const user = successor(options);
  const setup = new Setup(options, log);
  const loaded = setup.load(interfaces, stack);

  const running: { loop?: Loop } = {};
  using stop = new StopRequest({
    SIGUSR1: () => running.loop?.summarize(),
    // A daemon's SIGHUP: its files were rotated, which each record looks for.
    ...(options.output !== undefined && !hasTerminal()
      ? { SIGHUP: () => {} }
      : {}),
  });
  using exporter = options.listen &&
    new Exporter({ ...options.listen, maxSources: options.maxSources });
  const records = openSink(options, stop, log);
  const sink = exporter === undefined
    ? records
    : new SeveralSinks([records, exporter]);
  const host = Deno.hostname();
  for (const name of options.interfaces) {
    await sink.prepare({ host, interface: name });
  }

  await stop.sleepUntil(bootTime() + Math.random() * options.splay);
  const attached = await attachPatiently(
    setup,
    loaded,
    options,
    stop,
    stack,
    log,
  );
  if (attached === undefined) return EXIT.done;

  const intake = new Intake(setup, sink, options, host, stack);
  const loop = running.loop = new Loop(intake.begin(attached), {
    sink,
    stop,
    log,
    limit: options.exitOver,
    absent: options.interfaces.filter((name) => !present.includes(name)),
    takeUp: options.waitsForInterface
      ? (name) => intake.takeUp(name)
      : undefined,
  });
  if (user === undefined || canWriteAs(user, host, options, log)) {
    await dropPrivileges(
      user,
      options.waitsForInterface ? NEEDED : setup.neededAtEnd,
      () => attached.forEach(({ link }) => link.interfaceIndex()),
    );
  }
  exporter?.listen();
  log.info(howToStop(options));

  try {
    await loop.run(new Schedule({ ...options, first: firstDeadline(options) }));
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
  sink.close();
  return loop.exitCode;
}

/**
 * Attaches, waiting as long as `--wait` says for interfaces that are busy.
 *
 * @returns undefined: it was asked to end before
 */
async function attachPatiently(
  setup: Setup,
  loaded: readonly Loaded[],
  options: WatchOptions,
  stop: StopRequest,
  stack: DisposableStack,
  log: Logger,
): Promise<Attached[] | undefined> {
  const LOOK_AGAIN = 250; // ms
  const end = bootTime() + options.wait;
  for (let isFirst = true; !stop.isRequested; isFirst = false) {
    try {
      return setup.attach(loaded, stack);
    } catch (error) {
      const isBusy = error instanceof Failure && error.exitCode === EXIT.busy;
      if (!isBusy || bootTime() >= end) throw error;
      if (isFirst) {
        log.info(
          `Waiting for ${options.wait / 1000} s at most: ${error.message}`,
        );
      }
      await stop.sleepUntil(Math.min(bootTime() + LOOK_AGAIN, end));
    }
  }
  return undefined;
}

function openSink(
  options: WatchOptions,
  stop: StopRequest,
  log: Logger,
): Sink {
  const { format, output } = options;
  return format === "prom"
    ? new TextfileSink({ ...options, output: output! }, log)
    : new RecordSink({ ...options, format }, stop, log);
}

/** With `--align`, ms to the wall clock's next multiple of the interval. */
function firstDeadline(
  { isAligned, interval }: WatchOptions,
): number | undefined {
  return isAligned ? interval - Date.now() % interval : undefined;
}

/** Whether a terminal's hangup could reach this process. */
function hasTerminal(): boolean {
  try {
    Deno.openSync("/dev/tty").close();
    return true;
  } catch {
    return false;
  }
}

function howToStop({ count, duration }: WatchOptions): string {
  const ends = [
    ...(count === undefined
      ? []
      : [`after ${count} tick${count === 1 ? "" : "s"}`]),
    ...(duration === undefined ? [] : [`after ${duration / 1000} s`]),
  ];
  return ends.length === 0
    ? "Press Ctrl-C to stop and detach"
    : `Stops and detaches ${ends.join(" or ")}; Ctrl-C does it earlier`;
}
