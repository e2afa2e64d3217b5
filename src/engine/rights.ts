/** Gives up root's rights once the program is attached. */
import { EXIT, Failure } from "../basics/errors.ts";
import { CallError, ERRNO, errnoText } from "../ffi/errno.ts";
import {
  type Capability,
  heldCapabilities,
  keepCapabilities,
  setKeptOverUserChange,
} from "../process/capabilities.ts";
import { become, isRoot, lookUpUser, type User } from "../process/user.ts";

/**
 * The user that this process can become; undefined: it is not root's, or is to
 * stay root's.
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
      `Cannot use --user "${name}": there is no such user; name one of this machine, or root`,
    );
  }
  return user.uid === 0 ? undefined : user;
}

/**
 * Gives up what the rest of the run does not need: becomes `user`, if there is
 * one, and keeps `kept` on the main thread alone, with what bpf() itself takes.
 *
 * @param reachBpf a bpf() call that only uses a descriptor: before Linux 5.19
 * that may take CAP_BPF
 * @throws {Failure} it did not work: what was to be given up is still there
 */
export async function dropPrivileges(
  user: User | undefined,
  kept: readonly Capability[],
  reachBpf: () => void,
): Promise<void> {
  if (kept.length > 0) await keepHelperThread();
  try {
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
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw new Failure(
      EXIT.notPermitted,
      `Cannot give up root's rights: ${error.call}: ${
        errnoText(error.errno)
      }; allow it (CAP_SETUID, CAP_SETGID), or use --user root`,
    );
  }
  if (user !== undefined) requireGone(user);
}

/**
 * The thread that does asynchronous writes gets the rights of the one that
 * makes it. So it is made before, and given work before it has been idle for
 * the ten seconds that tokio lets it live.
 */
async function keepHelperThread(): Promise<void> {
  const work = () => Deno.stat("/");
  await work();
  Deno.unrefTimer(setInterval(work, 5000));
}

/** Whether a bpf() call is refused without capabilities. */
function isRefused(call: () => void): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof CallError && error.errno === ERRNO.EPERM) return true;
    throw error;
  }
}

/** Looks at every thread: what is trusted to the C library is checked. */
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
