import type { Logger } from "@std/log/logger";
import type { WatchOptions } from "./parse.ts";
import type { ExitCode } from "../../basics/errors.ts";
import { plural } from "../../basics/plural.ts";
import { Exporter } from "../../sinks/exporter.ts";
import { RecordSink } from "../../sinks/record_sink.ts";
import { SeveralSinks } from "../../sinks/several.ts";
import type { Sink } from "../../sinks/sink.ts";
import { TextfileSink } from "../../sinks/textfile.ts";
import type { StopRequest } from "../../process/stop_request.ts";
import type { Loop } from "../../engine/loop.ts";
import { count } from "../../engine/session.ts";

/** Counts and logs until the run ends, then detaches and logs the whole of it. */
export async function watch(
  options: WatchOptions,
  log: Logger,
): Promise<ExitCode> {
  const running: { loop?: Loop } = {};
  using exporter = options.listen &&
    new Exporter({ ...options.listen, maxSources: options.maxSources });
  return await count(options, log, {
    signals: {
      SIGUSR1: () => running.loop?.summarize(),
      // A daemon's SIGHUP: its files were rotated, which each record looks for.
      ...(options.output !== undefined && !hasTerminal()
        ? { SIGHUP: () => {} }
        : {}),
    },
    openSink: (stop) => {
      const records = openSink(options, stop, log);
      return exporter === undefined
        ? records
        : new SeveralSinks([records, exporter]);
    },
    begin: (loop) => {
      running.loop = loop;
      exporter?.listen();
      log.info(howToStop(options));
    },
  });
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
    ...(count === undefined ? [] : [`after ${plural(count, "tick")}`]),
    ...(duration === undefined ? [] : [`after ${duration / 1000} s`]),
  ];
  return ends.length === 0
    ? "Press Ctrl-C to stop and detach"
    : `Stops and detaches ${ends.join(" or ")}; Ctrl-C does it earlier`;
}
