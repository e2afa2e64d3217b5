/** Finds the CPUs that the maps need room for. */
import { libc } from "../ffi/libc.ts";

/** CPU numbers + 1 (numbering may have gaps). */
export interface Cpus {
  /** Highest of the CPUs that are there now. */
  readonly present: number;
  /** At least the highest of the CPUs that could ever be there. */
  readonly possible: number;
}

/**
 * The CPUs of this machine. A container may show other ones in /sys (lxcfs) or
 * nothing at all, so what is possible comes from a system call, and CPUs that take
 * interrupts are there, whatever /sys says.
 */
export function findCpus(): Cpus {
  const { possible, allowed } = scheduled();
  const listed = parseCpus(firstLine("/sys/devices/system/cpu/present")) ?? 0;
  const online = interruptedCpus(firstLine("/proc/interrupts"));
  const present = Math.max(allowed, online, listed <= possible ? listed : 0);
  return { present, possible };
}

/**
 * The highest number + 1 of the kernel's list of CPUs; undefined: it is none.
 *
 * @example
 * ```ts
 * parseCpus("0-1,4-5"); // 6
 * ```
 */
export function parseCpus(list: string): number | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return undefined;
  return Math.max(...list.split(/[-,]/).map(Number)) + 1;
}

/** The highest number + 1 in the head of /proc/interrupts, `CPU0 CPU1 …`; 0: none. */
export function interruptedCpus(head: string): number {
  const [, last] = /CPU(\d+)\s*$/.exec(head) ?? [];
  return last === undefined ? 0 : Number(last) + 1;
}

/**
 * What the scheduler says: it accepts a set of CPUs that has room for all possible
 * ones only, and enters those that may run this thread.
 *
 * @see sched_getaffinity(2)
 */
function scheduled(): { possible: number; allowed: number } {
  const MOST = 8192; // CONFIG_NR_CPUS on any architecture
  for (let possible = 64; possible <= MOST; possible *= 2) {
    const words = new Uint32Array(possible / 32);
    const size = BigInt(words.byteLength);
    if (libc.sched_getaffinity(0, size, words) !== 0) continue;
    const last = words.findLastIndex((word) => word !== 0);
    return { possible, allowed: last * 32 + 32 - Math.clz32(words[last]!) };
  }
  return { possible: MOST, allowed: 1 };
}

/** The first line of a file, as far as 64 kB of it go; empty: it cannot be read. */
function firstLine(path: string): string {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(65_536);
    const size = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, size)).split("\n")[0]!;
  } catch {
    return "";
  }
}
