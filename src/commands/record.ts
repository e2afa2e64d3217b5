/** Writes the records of a session to a sink, until the session ends. */
import type { ExitCode } from "../basics/errors.ts";
import type { Session } from "../engine/session.ts";
import type { Sink } from "../sinks/sink.ts";
import { ReaderGone } from "../sinks/stream.ts";

/**
 * Flushes the sink after each tick.
 *
 * @returns the exit code of the process
 * @throws {Failure} exit code 7: some records could not be written
 */
export async function record(session: Session, sink: Sink): Promise<ExitCode> {
  await unlessReaderGone(async () => {
    for await (const records of session) {
      for (const record of records) sink.write(record);
      await sink.flush?.(session.timeLeft);
    }
  });
  await unlessReaderGone(async () => await sink.close?.());
  return session.exitCode;
}

/** Nothing is wrong if whoever read stdout has read enough. */
async function unlessReaderGone(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}
