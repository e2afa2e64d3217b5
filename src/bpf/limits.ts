/** Raises the resource limits that loading needs. */
import { libc } from "../ffi/libc.ts";

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
  const RLIMIT_NOFILE = 7;
  const limit = new BigUint64Array(2); // soft, hard
  if (libc.getrlimit(RLIMIT_NOFILE, limit) < 0) return;
  libc.setrlimit(RLIMIT_NOFILE, limit.fill(limit[1]!));
}
