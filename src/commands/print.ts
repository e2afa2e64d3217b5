/** Prints text that is not a record on stdout. */
import { openStdout } from "../sinks/stream.ts";

/** @throws {Failure} exit code 7: it cannot be written */
export async function print(text: string): Promise<void> {
  const stdout = openStdout();
  stdout.add(text);
  await stdout.close();
}
