/** What kind of kernel this is, as far as programs depend on it. */

/** Whether the kernel describes its own structs. */
export function hasBtf(): boolean {
  try {
    return Deno.statSync("/sys/kernel/btf/vmlinux").isFile;
  } catch {
    return false;
  }
}

/**
 * Whether this is a real-time kernel. From Linux 6.18 on two runs may interleave on
 * one CPU of such a kernel; in older ones they do not.
 */
export function isRealtimeKernel(): boolean {
  try {
    return Deno.readTextFileSync("/sys/kernel/realtime").trim() === "1";
  } catch {
    return false; // other kernels do not have the file
  }
}

/**
 * The inode of this process's network namespace, by which the kernel tells it apart.
 *
 * @see namespaces(7)
 */
export function networkNamespace(): number {
  return Number(Deno.readLinkSync("/proc/self/ns/net").replace(/\D/g, ""));
}
