/** Reads the kernel's own counters of received packets, to compare the counts with. */

/** Packets and bytes received since the interface was created. */
export interface ReceiveCounter {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/**
 * The receive counters of all interfaces of this process's namespace, by name;
 * empty if /proc cannot be read. They have 64 bits, and drivers update them
 * every second or two.
 *
 * @see proc_pid_net(5), /proc/pid/net/dev
 */
export function receiveCounters(): Map<string, ReceiveCounter> {
  const counters = new Map<string, ReceiveCounter>();
  for (const line of tableText().split("\n")) {
    const match = /^\s*([^:\s]+):\s*(\d+)\s+(\d+)\s/.exec(line);
    if (match === null) continue;
    const [, name, bytes, packets] = match;
    counters.set(name!, { packets: BigInt(packets!), bytes: BigInt(bytes!) });
  }
  return counters;
}

function tableText(): string {
  try {
    return Deno.readTextFileSync("/proc/self/net/dev");
  } catch {
    return ""; // no /proc here
  }
}
