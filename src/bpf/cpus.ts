/** Finds the CPUs that the maps need room for. */
import { EXIT, Failure } from "../basics/errors.ts";

/** Highest CPU number + 1 (numbering may have gaps). */
export interface Cpus {
  /** Of the CPUs that are there now. */
  readonly present: number;
  /** Of the CPUs that could be added, too; many more on some virtual machines. */
  readonly possible: number;
}

/**
 * The CPUs of this machine.
 *
 * @throws {Failure} exit code 6: sysfs is not mounted
 * @see Documentation/admin-guide/cputopology.rst of the kernel
 */
export function findCpus(): Cpus {
  return { present: numbersOf("present"), possible: numbersOf("possible") };
}

function numbersOf(which: keyof Cpus): number {
  try {
    return parseCpus(Deno.readTextFileSync(`/sys/devices/system/cpu/${which}`));
  } catch {
    throw new Failure(
      EXIT.unsupported,
      "Cannot find out which CPUs there are: /sys/devices/system/cpu is not readable; mount sysfs on /sys",
    );
  }
}

/**
 * The highest number + 1 of the kernel's list of CPUs.
 *
 * @example
 * ```ts
 * parseCpus("0-1,4-5\n"); // 6
 * ```
 */
export function parseCpus(list: string): number {
  return Number(list.trim().split(/[-,]/).pop()) + 1;
}
