import { dirname } from "node:path";
import type { Logger } from "@std/log/logger";
import type { WatchOptions } from "../commands/watch/parse.ts";
import { EXIT, Failure } from "../basics/errors.ts";
import { CallError, ERRNO, errnoText } from "../ffi/errno.ts";
import { fileName } from "../formats/capture_name.ts";
import {
  type Capability,
  heldCapabilities,
  keepCapabilities,
  setKeptOverUserChange,
} from "../process/capabilities.ts";
import {
  ACCESS,
  become,
  isRoot,
  lookUpUser,
  mayAccess,
  type User,
} from "../process/user.ts";

/**
 * The user that the rest of a run can be: undefined where this process is not
 * root's, or is to stay so.
 *
 * @throws {Failure} exit code 2: there is no such user
 */
export function successor({ user: name }: WatchOptions): User | undefined {
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
 * Whether `user` can go on writing what root has begun to write. A capture
 * file stays open, so that at most its rotation needs root.
 */
export function canWriteAs(
  user: User,
  host: string,
  options: WatchOptions,
  log: Logger,
): boolean {
  const { output, interfaces, isLocal, format } = options;
  if (output === undefined) return true;
  const time = new Date();
  const paths = new Set(
    interfaces.map((name) =>
      fileName(output, { host, interface: name, time, isLocal })
    ),
  );
  for (const path of paths) {
    const ownsFolder = mayAccess(
      user,
      dirname(path),
      ACCESS.write | ACCESS.search,
    );
    const ownsFile = mayAccess(user, path, ACCESS.write);
    if (format === "prom" ? !ownsFolder : !isRegular(path) && !ownsFile) {
      log.info(
        `Staying root: user "${user.name}" may not write to "${path}"; --user names another`,
      );
      return false;
    }
    if (format !== "prom" && isRegular(path) && !(ownsFolder && ownsFile)) {
      log.info(
        `"${path}" stays open until the end: user "${user.name}" may not open it anew (rotate it with copytruncate, or use --user root)`,
      );
    }
  }
  return true;
}

function isRegular(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return true; // it will be made
  }
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
