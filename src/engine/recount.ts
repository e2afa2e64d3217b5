/** Counts by another key: a run ends, and another one begins with the next frame. */
import type { Logger } from "@std/log/logger";
import type { Keying } from "../basics/keys.ts";
import { rescue } from "../ffi/errno.ts";
import { ownCounters } from "../net/counters.ts";
import { withSpareCapabilities } from "../process/capabilities.ts";
import type { Attached, Attacher } from "./attacher.ts";
import type { InterfaceRun } from "./interface_run.ts";
import type { Loader } from "./loader.ts";
import { requireOpenFiles } from "./open_files.ts";

/**
 * Ends the last window of a run, and returns the run that goes on from there;
 * undefined: the run itself goes on.
 */
export type Succeed = (run: InterfaceRun) => InterfaceRun | undefined;

/** The parts of a session that this needs. */
interface RecountParts {
  readonly attached: readonly Attached[];
  readonly loader: Loader;
  readonly attacher: Attacher;
  readonly log: Logger;
  /** Disposes of all that is loaded. */
  readonly stack: DisposableStack;
}

/**
 * Loads a program with this key for each that is attached.
 *
 * @param begin starts a run
 * @returns what puts it in the place of the one that is there, in one step of the
 * kernel: each frame is counted by one of the two
 * @throws {Failure} a program cannot be loaded; nothing has changed
 */
export function succession(
  { attached, loader, attacher, log, stack }: RecountParts,
  keying: Keying,
  begin: (next: Attached) => InterfaceRun,
): Succeed {
  requireOpenFiles(attached.length);
  using attempt = new DisposableStack();
  const objects = new Map(
    withSpareCapabilities(() =>
      attached.map((each) =>
        [each.link, attempt.use(loader.reload(each, keying))] as const
      )
    ),
  );
  stack.use(attempt.move());
  const replace = (current: Attached) =>
    attacher.replace(current, objects.get(current.link)!);
  return (run) =>
    rescue(() => begin(run.handOver(replace, ownCounters())), (error) => {
      const { name } = run.interface;
      log.error(`Cannot count "${name}" by another key: ${error.message}`);
      return undefined;
    });
}
