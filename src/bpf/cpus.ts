/**
 * One more than the highest number of a CPU that the kernel could have. There
 * may be fewer CPUs: the numbers can have gaps.
 *
 * @see Documentation/admin-guide/cputopology.rst of the kernel
 */
export function possibleCpus(): number {
  return parseCpus(Deno.readTextFileSync("/sys/devices/system/cpu/possible"));
}

/** The same of the kernel's list: `0-3`, `0-1,4-5`, `0`. */
export function parseCpus(list: string): number {
  return Number(list.trim().split(/[-,]/).pop()) + 1;
}
