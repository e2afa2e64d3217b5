import { EXIT, Failure } from "../basics/errors.ts";

/** Numbers that are above those of all CPUs. CPUs may be fewer: there can be gaps. */
export interface Cpus {
  /** Of the CPUs that there are. */
  readonly present: number;
  /** Of those that could ever be added; many more on some virtual machines. */
  readonly possible: number;
}

/**
 * @throws {Failure} there is no /sys
 * @see Documentation/admin-guide/cputopology.rst of the kernel
 */
export function findCpus(): Cpus {
  return { present: above("present"), possible: above("possible") };
}

function above(which: keyof Cpus): number {
  try {
    return parseCpus(Deno.readTextFileSync(`/sys/devices/system/cpu/${which}`));
  } catch {
    throw new Failure(
      EXIT.unsupported,
      "Cannot tell which CPUs there are: /sys/devices/system/cpu is not readable; mount sysfs on /sys",
    );
  }
}

/** The number above those of the kernel's list: `0-3`, `0-1,4-5`, `0`. */
export function parseCpus(list: string): number {
  return Number(list.trim().split(/[-,]/).pop()) + 1;
}
