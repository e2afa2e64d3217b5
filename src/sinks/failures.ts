/** Reports several failures at the end of a run. */
import type { Logger } from "@std/log/logger";
import type { Failure } from "../basics/errors.ts";

/** Logs all failures but the last, and throws the last one, if there is any. */
export function throwAll(failures: readonly Failure[], log: Logger): void {
  for (const { message } of failures.slice(0, -1)) log.error(message);
  const last = failures.at(-1);
  if (last !== undefined) throw last;
}
