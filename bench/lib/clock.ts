/** Reads the CPU clock of the current thread. */
import { libc } from "../../src/ffi/libc.ts";

const CLOCK_THREAD_CPUTIME_ID = 3;
const timespec = new BigInt64Array(2);
const timespecBytes = new Uint8Array(timespec.buffer);

/** CPU time of this thread, in ns. @see clock_gettime(2) */
export function threadTime(): number {
  libc.clock_gettime(CLOCK_THREAD_CPUTIME_ID, timespecBytes);
  return Number(timespec[0]) * 1e9 + Number(timespec[1]);
}
