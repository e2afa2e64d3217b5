/** Refuses to start where too few files may be open: the runtime would panic. */
import { EXIT, Failure } from "../basics/errors.ts";
import { canOpen, raiseFileLimit } from "../bpf/limits.ts";

/** Descriptors of a loaded and attached program, and of a file of its own. */
const FOR_PROGRAM = 24;
/** What a run needs besides: for signals, lookups, a page of metrics. */
const FOR_RUN = 8;

/**
 * Raises the limit of open files, and checks that it is enough.
 *
 * @param programs one for each interface and direction
 * @throws {Failure} exit code 1
 */
export function requireOpenFiles(programs: number): void {
  raiseFileLimit();
  const needed = FOR_RUN + FOR_PROGRAM * programs;
  if (canOpen(needed)) return;
  throw new Failure(
    EXIT.failure,
    `Cannot open ${needed} more files, ${FOR_PROGRAM} for each interface and direction; raise the limit (ulimit -n)`,
  );
}
