import { check } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** The bits of the capabilities that xdptally asks after. @see linux/capability.h */
const CAPABILITY = {
  CAP_NET_ADMIN: 12n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof CAPABILITY;

/** What loading and attaching take. */
export const NEEDED = ["CAP_NET_ADMIN", "CAP_BPF", "CAP_PERFMON"] as const;

/**
 * Which of `NEEDED` this process lacks; CAP_SYS_ADMIN stands for the latter
 * two. @see capabilities(7)
 */
export function missingCapabilities(): Capability[] {
  const held = heldCapabilities();
  return NEEDED.filter((name) =>
    !held.has(name) &&
    (name === "CAP_NET_ADMIN" || !held.has("CAP_SYS_ADMIN"))
  );
}

/** Those of this thread that are in effect. */
export function heldCapabilities(): Set<Capability> {
  const status = Deno.readTextFileSync("/proc/self/status");
  const bits = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  const names = Object.keys(CAPABILITY) as Capability[];
  return new Set(
    names.filter((name) => (bits >> CAPABILITY[name] & 1n) === 1n),
  );
}

/**
 * Gives up all capabilities of this thread but these.
 *
 * @param spare not in effect, but can be taken up again
 * @throws {CallError}
 */
export function keepCapabilities(
  effective: readonly Capability[],
  spare: readonly Capability[] = [],
): void {
  // struct __user_cap_header_struct: version, pid
  const VERSION_3 = 0x20080522;
  const header = Uint32Array.of(VERSION_3, 0);
  // struct __user_cap_data_struct[2]: effective, permitted, inheritable
  const data = new Uint32Array(6);
  const set = (word: number, names: readonly Capability[]) => {
    for (const name of names) {
      const bit = Number(CAPABILITY[name]);
      data[(bit >> 5) * 3 + word]! |= 1 << (bit & 31);
    }
  };
  set(0, effective);
  set(1, [...effective, ...spare]);
  check("capset", libc.capset(header, data));
}

/** Whether the next change of the user leaves this thread its capabilities. */
export function setKeptOverUserChange(isKept: boolean): void {
  const PR_SET_KEEPCAPS = 8n;
  check(
    "prctl",
    libc.prctl(PR_SET_KEEPCAPS, isKept ? 1n : 0n, 0n, 0n, 0n),
  );
}
