/** Finds out which process has a lock on a file. */

/**
 * The process that holds a lock of flock(2) on a file: `rsync (process 4711)`;
 * undefined: it is not known, for example because it is in another PID namespace.
 *
 * @see /proc/locks in proc_locks(5)
 */
export function lockHolder({ dev, ino }: Deno.FileInfo): string | undefined {
  // As the C library's makedev() composes it.
  const major = (dev >> 8 & 0xfff).toString(16).padStart(2, "0");
  const minor = (dev & 0xff | dev >> 12 & 0xfff00).toString(16).padStart(
    2,
    "0",
  );
  const line = new RegExp(
    `^\\d+: FLOCK .* (\\d+) ${major}:${minor}:${ino} `,
    "m",
  );
  const process = line.exec(textOf("/proc/locks"))?.[1];
  if (process === undefined || process === "0") return undefined;
  const name = textOf(`/proc/${process}/comm`).trim();
  return `${name === "" ? "" : `${name}, `}process ${process}`;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
