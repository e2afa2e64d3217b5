/** Gives up root's rights once the program is attached. */
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { type CallError, ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import {
  type Capability,
  emptyBoundingSet,
  forbidTracing,
  heldCapabilities,
  keepCapabilities,
  setKeptOverUserChange,
  tryCapset,
} from "../process/capabilities.ts";
import { sealThreads } from "../process/seal.ts";
import {
  become,
  isRoot,
  lookUpUser,
  NOBODY,
  ownUser,
  refusedChanges,
  type User,
} from "../process/user.ts";

/**
 * The user that this process will become; undefined: it stays what it is, because
 * it is not root, or because `name` is root.
 *
 * @param name as `--user` has it; undefined: it is not given
 * @throws {Failure} exit code 2: there is no such user
 */
export function successor(name: string | undefined): User | undefined {
  if (!isRoot()) return undefined;
  const user = name === undefined ? ownUser() ?? NOBODY : lookUpUser(name);
  if (user === undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot use --user "${name}": there is no such user; name a user of this machine, or root`,
    );
  }
  return user.uid === 0 ? undefined : user;
}

/**
 * Checks, before anything is attached, that `dropPrivileges` can drop capabilities:
 * makes its calls in a way that changes nothing.
 *
 * @throws {Failure} exit code 3
 */
export function requireDroppable(user: User | undefined): void {
  if (staysRoot(user)) return;
  rescue(() => {
    tryCapset();
    if (user !== undefined) setKeptOverUserChange(false);
  }, refuse);
}

/**
 * What this process would keep of root's rights if it became `user`; undefined:
 * nothing.
 */
export function wouldKeep(user: User): string | undefined {
  const refused = refusedChanges();
  return refused.length === 0 ? undefined : keptText(user, refused);
}

/**
 * Becomes `user`, if there is one, and drops all capabilities except `kept`, which
 * the main thread alone keeps, to make them effective when it needs them; and
 * CAP_BPF, if bpf() needs it. What this process may not change stays as it is, and
 * is logged. Afterwards no thread can start a program, and no other process of
 * this user can trace this one.
 *
 * @param reachBpf a bpf() call that only uses a descriptor: before Linux 5.19
 * even that may need CAP_BPF
 * @throws {Failure} exit code 3: capabilities cannot be dropped
 * @see capabilities(7)
 */
export async function dropPrivileges(
  user: User | undefined,
  kept: readonly Capability[],
  reachBpf: () => void,
  log: Logger,
): Promise<void> {
  if (staysRoot(user)) return;
  if (kept.length > 0) await keepHelperThreads();
  // Threads of the runtime may keep more rights than the main thread.
  rescue(forbidTracing, refuse);
  emptyBoundingSet();
  const refused = rescue(() => {
    const held = heldCapabilities();
    const bpf = (["CAP_BPF", "CAP_SYS_ADMIN"] as const)
      .find((name) => held.has(name));
    let refused: readonly CallError[] = [];
    if (user !== undefined) {
      setKeptOverUserChange(true);
      refused = become(user);
      setKeptOverUserChange(false);
    }
    const spare = kept.filter((name) => held.has(name));
    const forBpf = bpf === undefined ? [] : [bpf];
    keepCapabilities([], [...spare, ...forBpf]);
    if (isRefused(reachBpf)) keepCapabilities(forBpf, spare);
    else keepCapabilities([], spare);
    return refused;
  }, refuse);
  rescue(sealThreads, ({ message }) => {
    log.debug(`Programs could still be started, by their rights: ${message}`);
  });
  if (user === undefined) return;
  if (refused.length > 0) log.warn(keptText(user, refused));
  if (!keepsUser(refused)) requireGone(user);
}

/** Whether root is to stay root: `--user root`. */
function staysRoot(user: User | undefined): boolean {
  return user === undefined && isRoot();
}

function keepsUser(refused: readonly CallError[]): boolean {
  return refused.some(({ call }) => call === "setresuid");
}

/** Says what is kept because changes to `user` were refused. */
function keptText({ name }: User, refused: readonly CallError[]): string {
  const calls = refused.map(({ call }) => call).join(", ");
  const why = errnoText(refused[0]!.errno);
  const kept = keepsUser(refused)
    ? "it stays root, who owns root's files, and the runtime's threads keep their capabilities"
    : "it stays in root's groups";
  return `Cannot become user "${name}" (${calls}: ${why}): ${kept}; allow it CAP_SETUID and CAP_SETGID`;
}

function refuse({ call, errno }: CallError): never {
  throw new Failure(
    EXIT.notPermitted,
    `Cannot give up root's rights: ${call}: ${
      errnoText(errno)
    }; allow capset() and prctl() in the seccomp filter, or use --user root`,
  );
}

/**
 * A thread inherits the capabilities of the thread that creates it. So the threads
 * for asynchronous calls are created now: one for `top`, which waits for keys in
 * it, and one for all other calls. The latter is kept busy: tokio ends a thread
 * after ten idle seconds and would create another one, with what is kept.
 */
async function keepHelperThreads(): Promise<void> {
  // Each call takes 10 ms, so that two at once need two threads.
  const work = () => libc.poll(null, 0n, 10);
  await Promise.all([work(), work()]);
  Deno.unrefTimer(setInterval(work, 5000));
}

/** Whether a bpf() call is refused for want of capabilities. */
function isRefused(call: () => void): boolean {
  return rescue(() => (call(), false), (error) => {
    if (error.errno !== ERRNO.EPERM) throw error;
    return true;
  });
}

function statusOf(thread: string): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${thread}/status`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Checks every thread, rather than trust that the C library changed them all. */
function requireGone(user: User): void {
  const uids = new RegExp(`^Uid:(\\s+${user.uid}){4}$`, "m");
  for (const { name: thread } of Deno.readDirSync("/proc/self/task")) {
    const status = statusOf(thread);
    if (status === undefined) continue; // it has ended
    const isMain = Number(thread) === Deno.pid;
    const hasNone = /^CapPrm:\s*0+$/m.test(status);
    if (uids.test(status) && (isMain || hasNone)) continue;
    throw new Failure(
      EXIT.failure,
      `Cannot give up root's rights: thread ${thread} still has them; use --user root`,
    );
  }
}
