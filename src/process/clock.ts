/** Reads time since boot for lengths, and the wall clock for records. */
import { libc } from "../ffi/libc.ts";

const CLOCK_BOOTTIME = 7;
const time = new BigInt64Array(2);
const timeBytes = new Uint8Array(time.buffer);

/**
 * Milliseconds of CLOCK_BOOTTIME: since boot, includes suspend, unaffected by
 * clock steps. @see clock_gettime(2)
 */
export function bootTime(): number {
  libc.clock_gettime(CLOCK_BOOTTIME, timeBytes);
  return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
}

/** The current time in milliseconds: since boot, and by the wall clock since 1970. */
export function moment(): { boot: number; wall: number } {
  return { boot: bootTime(), wall: Date.now() };
}
