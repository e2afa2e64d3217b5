import type { Logger } from "@std/log/logger";
import type { WatchOptions } from "../commands/watch/parse.ts";
import { bootTime } from "../process/clock.ts";
import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import { NEEDED } from "../process/capabilities.ts";
import type { Sink } from "../sinks/sink.ts";
import { ReaderGone } from "../sinks/stream.ts";
import { StopRequest } from "../process/stop_request.ts";
import { Schedule } from "../tally/schedule.ts";
import { Intake } from "./intake.ts";
import { lookUpInterface, requireInterfaces } from "./lookup.ts";
import { Loop } from "./loop.ts";
import { canWriteAs, dropPrivileges, successor } from "./rights.ts";
import { type Attached, type Loaded, Setup } from "./setup.ts";

/** What the commands that count differ in. */
interface Frontend {
  /** What some signals do, instead of asking for the end. */
  readonly signals: Partial<Record<Deno.Signal, () => void>>;
  /** Makes what the records go to, before anything is attached. */
  openSink(stop: StopRequest): Sink;
  /** Told when all is set up and the ticks begin. */
  begin(loop: Loop): void;
}

/** Counts until the run ends, then detaches. */
export async function count(
  options: WatchOptions,
  log: Logger,
  frontend: Frontend,
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

  using stop = new StopRequest(frontend.signals);
  const sink = frontend.openSink(stop);
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
  const loop = new Loop(intake.begin(attached), {
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
  frontend.begin(loop);

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

/** With `--align`, ms to the wall clock's next multiple of the interval. */
function firstDeadline(
  { isAligned, interval }: WatchOptions,
): number | undefined {
  return isAligned ? interval - Date.now() % interval : undefined;
}
