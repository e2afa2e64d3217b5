import { libc } from "../ffi/libc.ts";

/**
 * Before Linux 5.11 maps count as locked memory. Raising the limit takes
 * CAP_SYS_RESOURCE; without it loading may fail with EPERM.
 */
export function raiseMemlock(): void {
  const RLIMIT_MEMLOCK = 8;
  const infinity = BigUint64Array.of(~0n, ~0n);
  libc.setrlimit(RLIMIT_MEMLOCK, infinity);
}

/** An interface takes two dozen descriptors, and shells give 1024: take what may be had. */
export function raiseFileLimit(): void {
  const RLIMIT_NOFILE = 7;
  const limit = new BigUint64Array(2); // soft, hard
  if (libc.getrlimit(RLIMIT_NOFILE, limit) < 0) return;
  libc.setrlimit(RLIMIT_NOFILE, limit.fill(limit[1]!));
}
