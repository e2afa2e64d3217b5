/** Gives the records of a session to a sink, to the end. */
import type { ExitCode } from "../basics/errors.ts";
import type { Session } from "../engine/session.ts";
import type { Sink } from "../sinks/sink.ts";
import { ReaderGone } from "../sinks/stream.ts";
import type { RunRecord } from "../tally/records.ts";

/**
 * @returns what the process should end with
 * @throws {Failure} exit code 7: some records could not be written
 */
export async function record(session: Session, sink: Sink): Promise<ExitCode> {
  try {
    for await (const records of session) {
      for (const record of records) give(sink, record);
      await sink.flush?.(session.timeLeft);
    }
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
  sink.close?.();
  return session.exitCode;
}

function give(sink: Sink, record: RunRecord): void {
  switch (record.type) {
    case "start":
      return sink.start(record);
    case "tick":
      return sink.tick(record);
    case "end":
      return sink.end(record);
  }
}
