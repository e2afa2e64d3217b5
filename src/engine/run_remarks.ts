/** Says what changes the meaning of a run's records. */
import { ERRNO, rescue } from "../ffi/errno.ts";
import type { Run } from "../tally/run.ts";
import type { Attached } from "./attacher.ts";

/**
 * Warnings, a sentence each.
 *
 * @param currentName of the interface; undefined: it is gone
 */
export function runRemarks(
  attached: Attached,
  run: Run,
  currentName: string | undefined,
): string[] {
  const { name } = attached.interface;
  const now = currentName ?? name;
  return [
    ...(now === name ? [] : [
      `Interface "${name}" was renamed to "${now}"; its records keep "${name}"`,
    ]),
    ...(run.isFull
      ? [
        `More sources on "${name}" than --max-sources: further ones are counted as untracked`,
      ]
      : []),
    ...(run.hasNewCpu
      ? [
        `A CPU was added since the start: packets of "${name}" on it are counted as untracked; restart xdptally to see their sources`,
      ]
      : []),
    ...(run.missed > 0n
      ? [
        `The kernel kept frames of "${name}" from xdptally, because it was run already on that CPU: the records say how many were missed, and are incomplete`,
      ]
      : []),
    ...programsBefore(attached),
  ];
}

/** Warns of programs that see frames before xdptally's does. */
function programsBefore(
  { lookout, direction, interface: { name } }: Attached,
): string[] {
  const which = direction === "in" ? "incoming" : "outgoing";
  return rescue(
    () =>
      (lookout?.() ?? []).map((clause) =>
        `On "${name}", ${clause}: it may hide ${which} frames`
      ),
    ({ errno, message }) =>
      errno === ERRNO.ENODEV // see `lost` of InterfaceRun
        ? []
        : [
          `Cannot tell which programs are before xdptally on "${name}": ${message}`,
        ],
  );
}
