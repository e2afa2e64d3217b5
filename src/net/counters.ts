/** Reads the interfaces' own counters, to compare the counts with. */
import type { Direction } from "../basics/keys.ts";

/** Packets and bytes since the interface was created. */
export interface OwnCounter {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** What an interface received, and what it sent. */
export type OwnCounters = Readonly<Record<Direction, OwnCounter>>;

/**
 * The counters of all interfaces of this process's namespace, by name; empty if
 * /proc cannot be read. They have 64 bits, and drivers update them every second
 * or two.
 *
 * @see proc_pid_net(5), /proc/pid/net/dev
 */
export function ownCounters(): Map<string, OwnCounters> {
  const SENT = 8; // columns from received bytes to sent bytes
  const counters = new Map<string, OwnCounters>();
  for (const line of tableText().split("\n")) {
    // A name may have any character but a colon and ASCII's spaces.
    const match = /^ *([^:]+):((?: *\d+)+) *$/.exec(line);
    if (match === null) continue;
    const [, name, numbers] = match;
    const columns = numbers!.trim().split(/ +/).map(BigInt);
    const at = (first: number) => ({
      bytes: columns[first]!,
      packets: columns[first + 1]!,
    });
    counters.set(name!, { in: at(0), out: at(SENT) });
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
