/** Raises the resource limits that loading needs, and counts free descriptors. */
import { libc } from "../ffi/libc.ts";

const RLIMIT_NOFILE = 7;

/**
 * Lifts the limit of locked memory, which maps count as before Linux 5.11. That
 * needs CAP_SYS_RESOURCE; without it loading may fail with EPERM.
 *
 * @see setrlimit(2)
 */
export function raiseMemlock(): void {
  const RLIMIT_MEMLOCK = 8;
  const infinity = BigUint64Array.of(~0n, ~0n);
  libc.setrlimit(RLIMIT_MEMLOCK, infinity);
}

/**
 * Raises the limit of open files as far as is allowed without rights: an
 * interface needs two dozen descriptors, and shells allow 1024.
 */
export function raiseFileLimit(): void {
  const limit = new BigUint64Array(2); // soft, hard
  if (libc.getrlimit(RLIMIT_NOFILE, limit) < 0) return;
  libc.setrlimit(RLIMIT_NOFILE, limit.fill(limit[1]!));
}

/** Whether this process may open so many more files. */
export function canOpen(files: number): boolean {
  const F_GETFD = 1;
  const limit = new BigUint64Array(2);
  if (libc.getrlimit(RLIMIT_NOFILE, limit) < 0) return true;
  let free = 0;
  for (let fd = 0; fd < limit[0]! && free < files; fd++) {
    if (libc.fcntl(fd, F_GETFD) < 0) free++;
  }
  return free >= files;
}
