/** Reads and drops the Linux capabilities of this thread, and knows user namespaces. */
import { call } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** Bits of the capabilities that xdptally uses. @see linux/capability.h */
const CAPABILITY = {
  CAP_SETGID: 6n,
  CAP_SETUID: 7n,
  CAP_NET_ADMIN: 12n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof CAPABILITY;

/** What loading and attaching need. */
export const NEEDED = ["CAP_NET_ADMIN", "CAP_BPF", "CAP_PERFMON"] as const;

/** What opening a program of another process needs besides. */
export const NEEDED_TO_OBSERVE = [...NEEDED, "CAP_SYS_ADMIN"] as const;

/**
 * The capabilities of `NEEDED` that this thread lacks. For bpf(2), CAP_SYS_ADMIN
 * does for all of them. @see capabilities(7), bpf_net_capable in linux/bpf.h
 */
export function missingCapabilities(): Capability[] {
  const held = heldCapabilities();
  if (held.has("CAP_SYS_ADMIN")) return [];
  return NEEDED.filter((name) => !held.has(name));
}

/** The effective capabilities of this thread. */
export function heldCapabilities(): Set<Capability> {
  const { effective } = capabilitySets();
  const names = Object.keys(CAPABILITY) as Capability[];
  return new Set(
    names.filter((name) => (effective >> CAPABILITY[name] & 1n) === 1n),
  );
}

/** Sets of capabilities, a bit for each. */
interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** The sets of this thread. @see capabilities(7) */
function capabilitySets(): CapabilitySets {
  const status = Deno.readTextFileSync("/proc/self/status");
  const bits = (field: string) =>
    BigInt(
      `0x${new RegExp(`^${field}:\\s*(\\w+)$`, "m").exec(status)?.[1] ?? 0}`,
    );
  return {
    effective: bits("CapEff"),
    permitted: bits("CapPrm"),
    inheritable: bits("CapInh"),
  };
}

/** Sets the sets of this thread. @throws {CallError} @see capset(2) */
function setCapabilitySets(
  { effective, permitted, inheritable }: CapabilitySets,
): void {
  // struct __user_cap_header_struct: version, pid
  const VERSION_3 = 0x20080522;
  const header = Uint32Array.of(VERSION_3, 0);
  // struct __user_cap_data_struct[2]: effective, permitted, inheritable
  const sets = [effective, permitted, inheritable];
  const data = Uint32Array.from(
    [...sets, ...sets.map((set) => set >> 32n)],
    (word) => Number(BigInt.asUintN(32, word)),
  );
  call(libc, "capset", header, data);
}

/**
 * Drops all capabilities of this thread except these.
 *
 * @param effective stay permitted and effective
 * @param spare stay permitted only: the thread can make them effective again
 * @throws {CallError}
 */
export function keepCapabilities(
  effective: readonly Capability[],
  spare: readonly Capability[] = [],
): void {
  const bits = (names: readonly Capability[]) =>
    names.reduce((sum, name) => sum | 1n << CAPABILITY[name], 0n);
  setCapabilitySets({
    effective: bits(effective),
    permitted: bits([...effective, ...spare]),
    inheritable: 0n,
  });
}

/** Sets what is set already: refused only if capset(2) itself is. @throws {CallError} */
export function tryCapset(): void {
  setCapabilitySets(capabilitySets());
}

/** Runs `action` without any effective capability. @throws {CallError} */
export function withoutCapabilities<T>(action: () => T): T {
  const sets = capabilitySets();
  setCapabilitySets({ ...sets, effective: 0n });
  try {
    return action();
  } finally {
    setCapabilitySets(sets);
  }
}

/** Runs `action` with all capabilities that this thread may use. @throws {CallError} */
export function withSpareCapabilities<T>(action: () => T): T {
  const sets = capabilitySets();
  if (sets.effective === sets.permitted) return action();
  setCapabilitySets({ ...sets, effective: sets.permitted });
  try {
    return action();
  } finally {
    setCapabilitySets(sets);
  }
}

/**
 * Empties the bounding set of this thread, if it may: no program that it starts
 * gets a capability. @see PR_CAPBSET_DROP in prctl(2)
 */
export function emptyBoundingSet(): void {
  const PR_CAPBSET_DROP = 24n;
  // The first number that is no capability is refused, with EINVAL.
  for (let capability = 0n; capability < 64n; capability++) {
    if (libc.prctl(PR_CAPBSET_DROP, capability, 0n, 0n, 0n) < 0) return;
  }
}

/**
 * Keeps other processes of its user from tracing this one. @throws {CallError}
 * @see PR_SET_DUMPABLE in prctl(2)
 */
export function forbidTracing(): void {
  const PR_SET_DUMPABLE = 4n;
  call(libc, "prctl", PR_SET_DUMPABLE, 0n, 0n, 0n, 0n);
}

/**
 * Sets whether this thread keeps its permitted capabilities when it changes its
 * user from root. @throws {CallError} @see PR_SET_KEEPCAPS in prctl(2)
 */
export function setKeptOverUserChange(isKept: boolean): void {
  const PR_SET_KEEPCAPS = 8n;
  call(libc, "prctl", PR_SET_KEEPCAPS, isKept ? 1n : 0n, 0n, 0n, 0n);
}

/**
 * Whether this process is in a user namespace other than the machine's: there even
 * all capabilities give no right to load programs. @see user_namespaces(7)
 */
export function isInUserNamespace(): boolean {
  // PROC_USER_INIT_INO of linux/proc_ns.h
  const OF_MACHINE = "user:[4026531837]";
  try {
    return Deno.readLinkSync("/proc/self/ns/user") !== OF_MACHINE;
  } catch {
    return false; // a kernel without user namespaces
  }
}
