/** Gives up root's rights once the program is attached. */
import { EXIT, Failure } from "../basics/errors.ts";
import { ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import {
  type Capability,
  heldCapabilities,
  keepCapabilities,
  setKeptOverUserChange,
} from "../process/capabilities.ts";
import { become, isRoot, lookUpUser, type User } from "../process/user.ts";

/**
 * The user that this process will become; undefined: it stays what it is, because
 * it is not root, or because `name` is root.
 *
 * @param name as `--user` has it
 * @throws {Failure} exit code 2: there is no such user
 */
export function successor(name: string): User | undefined {
  if (!isRoot()) return undefined;
  const user = lookUpUser(name);
  if (user === undefined) {
    throw new Failure(
      EXIT.usage,
      `Cannot use --user "${name}": there is no such user; name a user of this machine, or root`,
    );
  }
  return user.uid === 0 ? undefined : user;
}

/**
 * Becomes `user`, if there is one, and drops all capabilities except `kept`, which
 * the main thread alone keeps; and CAP_BPF, if bpf() needs it.
 *
 * @param reachBpf a bpf() call that only uses a descriptor: before Linux 5.19
 * even that may need CAP_BPF
 * @throws {Failure} exit code 3: this was refused; the process still has rights
 * @see capabilities(7)
 */
export async function dropPrivileges(
  user: User | undefined,
  kept: readonly Capability[],
  reachBpf: () => void,
): Promise<void> {
  if (kept.length > 0) await keepHelperThreads();
  rescue(() => {
    const held = heldCapabilities();
    const bpf = (["CAP_BPF", "CAP_SYS_ADMIN"] as const)
      .find((name) => held.has(name));
    if (user !== undefined) {
      setKeptOverUserChange(true);
      become(user);
      setKeptOverUserChange(false);
    }
    const wanted = kept.filter((name) => held.has(name));
    const spare = bpf === undefined ? [] : [bpf];
    keepCapabilities(wanted, spare);
    keepCapabilities(isRefused(reachBpf) ? [...wanted, ...spare] : wanted);
  }, ({ call, errno }) => {
    throw new Failure(
      EXIT.notPermitted,
      `Cannot give up root's rights: ${call}: ${
        errnoText(errno)
      }; allow it (CAP_SETUID, CAP_SETGID), or use --user root`,
    );
  });
  if (user !== undefined) requireGone(user);
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

/** Checks every thread, rather than trust that the C library changed them all. */
function requireGone(user: User): void {
  const uids = new RegExp(`^Uid:(\\s+${user.uid}){4}$`, "m");
  for (const { name: thread } of Deno.readDirSync("/proc/self/task")) {
    const status = Deno.readTextFileSync(`/proc/self/task/${thread}/status`);
    const isMain = Number(thread) === Deno.pid;
    const hasNone = /^CapPrm:\s*0+$/m.test(status);
    if (uids.test(status) && (isMain || hasNone)) continue;
    throw new Failure(
      EXIT.failure,
      `Cannot give up root's rights: thread ${thread} still has them; use --user root`,
    );
  }
}
