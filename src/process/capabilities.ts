/** Reads and drops the Linux capabilities of this thread. */
import { call } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** Bits of the capabilities that xdptally uses. @see linux/capability.h */
const CAPABILITY = {
  CAP_NET_ADMIN: 12n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof CAPABILITY;

/** What loading and attaching need. */
export const NEEDED = ["CAP_NET_ADMIN", "CAP_BPF", "CAP_PERFMON"] as const;

/**
 * The capabilities of `NEEDED` that this thread lacks. CAP_SYS_ADMIN includes
 * CAP_BPF and CAP_PERFMON. @see capabilities(7)
 */
export function missingCapabilities(): Capability[] {
  const held = heldCapabilities();
  return NEEDED.filter((name) =>
    !held.has(name) &&
    (name === "CAP_NET_ADMIN" || !held.has("CAP_SYS_ADMIN"))
  );
}

/** The effective capabilities of this thread. */
export function heldCapabilities(): Set<Capability> {
  const status = Deno.readTextFileSync("/proc/self/status");
  const bits = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  const names = Object.keys(CAPABILITY) as Capability[];
  return new Set(
    names.filter((name) => (bits >> CAPABILITY[name] & 1n) === 1n),
  );
}

/**
 * Drops all capabilities of this thread except these.
 *
 * @param effective stay permitted and effective
 * @param spare stay permitted only: the thread can make them effective again
 * @throws {CallError}
 * @see capset(2)
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
  call(libc, "capset", header, data);
}

/**
 * Sets whether this thread keeps its permitted capabilities when it changes its
 * user from root. @throws {CallError} @see PR_SET_KEEPCAPS in prctl(2)
 */
export function setKeptOverUserChange(isKept: boolean): void {
  const PR_SET_KEEPCAPS = 8n;
  call(libc, "prctl", PR_SET_KEEPCAPS, isKept ? 1n : 0n, 0n, 0n, 0n);
}
