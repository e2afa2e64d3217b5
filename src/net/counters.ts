/** Packets and bytes since the interface exists. */
export interface ReceiveCounter {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/**
 * What the interfaces say that they have received, by name; empty where that
 * cannot be read. Drivers bring these up to date every second or two.
 *
 * @see /proc/net/dev in proc(5): of this process's namespace, 64 bits
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
