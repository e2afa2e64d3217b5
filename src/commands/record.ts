/** Writes records to a sink, until there are no more. */
import type { ExitCode } from "../basics/errors.ts";
import type { Sink } from "../sinks/sink.ts";
import { ReaderGone } from "../sinks/stream.ts";
import type { RunRecord } from "../tally/records.ts";

/** Where records come from: a session, or files. */
interface RecordSource extends AsyncIterable<Iterable<RunRecord>> {
  /** Milliseconds until its schedule ends it. */
  readonly timeLeft: number;
  /** Of the process, once there are no more records. */
  readonly exitCode: ExitCode;
}

/**
 * Flushes the sink after each tick.
 *
 * @returns the exit code of the process
 * @throws {Failure} exit code 7: some records could not be written
 */
export async function record(
  source: RecordSource,
  sink: Sink,
): Promise<ExitCode> {
  await unlessReaderGone(async () => {
    for await (const records of source) {
      for (const record of records) sink.write(record);
      await sink.flush?.(source.timeLeft);
    }
  });
  await unlessReaderGone(async () => await sink.close?.());
  return source.exitCode;
}

/** Nothing is wrong if whoever read stdout has read enough. */
async function unlessReaderGone(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}
