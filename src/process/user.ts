/** Users: looking them up, becoming one, and what one may access. */
import { call, CallError, checked, ERRNO, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString, readCString } from "../ffi/memory.ts";
import {
  type Capability,
  heldCapabilities,
  withoutCapabilities,
  withSpareCapabilities,
} from "./capabilities.ts";

/** A user that this process could become. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups, including `gid`. */
  readonly groups: Uint32Array<ArrayBuffer>;
}

/** The kernel's overflowuid. Other programs run as this user too. */
export const NOBODY = userOf("nobody", 65534);

/**
 * The user that the package makes for xdptally; undefined: there is none. Read from
 * the file, since asking the C library could ask a server.
 *
 * @see passwd(5)
 */
export function ownUser(): User | undefined {
  const ids = /^xdptally:[^:]*:(\d+):(\d+):/m.exec(passwords())?.slice(1);
  const [uid, gid] = ids?.map(Number) ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { name: "xdptally", uid, gid, groups: Uint32Array.of(gid) };
}

function passwords(): string {
  try {
    return Deno.readTextFileSync("/etc/passwd");
  } catch {
    return "";
  }
}

/** Whether the effective user is root. */
export function isRoot(): boolean {
  return libc.geteuid() === 0;
}

/**
 * Looks up a user by name or number; undefined: there is none with this name. A
 * number needs no entry. `nobody` is not looked up: that would read files, ask a
 * socket or load NSS modules.
 *
 * @see getpwnam(3)
 */
export function lookUpUser(text: string): User | undefined {
  if (text === NOBODY.name) return NOBODY;
  const isNumber = /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
  const passwd = isNumber
    ? libc.getpwuid(Number(text))
    : libc.getpwnam(cString(text));
  if (passwd === null) {
    return isNumber ? userOf(text, Number(text)) : undefined;
  }
  // struct passwd: char *pw_name, *pw_passwd; uid_t pw_uid; gid_t pw_gid; …
  const view = new Deno.UnsafePointerView(passwd);
  const name = readCString(view.getPointer(0));
  const [uid, gid] = [view.getUint32(16), view.getUint32(20)];
  return { name, uid, gid, groups: groupsOf(name, gid) };
}

function userOf(name: string, id: number): User {
  return { name, uid: id, gid: id, groups: Uint32Array.of(id) };
}

/** @see getgrouplist(3) */
function groupsOf(name: string, gid: number): Uint32Array<ArrayBuffer> {
  for (let room = 64;;) {
    const groups = new Uint32Array(room);
    const count = Int32Array.of(room);
    if (libc.getgrouplist(cString(name), gid, groups, count) >= 0) {
      return groups.slice(0, count[0]);
    }
    room = Math.max(count[0]!, room * 2);
  }
}

/**
 * Changes the user of the process, as far as this is allowed. glibc changes it in
 * all threads; threads of root lose their capabilities, see `setKeptOverUserChange`.
 *
 * @returns the calls that were refused
 * @see setresuid(2), nptl(7)
 */
export function become({ uid, gid, groups }: User): CallError[] {
  return refusedOf([
    () => call(libc, "setgroups", BigInt(groups.length), groups),
    () => call(libc, "setresgid", gid, gid, gid),
    () => call(libc, "setresuid", uid, uid, uid),
  ]);
}

/** The calls of `become` that would be refused; it makes them so that they change nothing. */
export function refusedChanges(): CallError[] {
  const SAME = 2 ** 32 - 1;
  const held = heldCapabilities();
  const change = (name: "setresgid" | "setresuid", needed: Capability) => {
    if (!held.has(needed)) throw new CallError(name, ERRNO.EPERM);
    call(libc, name, SAME, SAME, SAME);
  };
  return refusedOf([
    () => setThreadGroups(ownGroups()),
    () => change("setresgid", "CAP_SETGID"),
    () => change("setresuid", "CAP_SETUID"),
  ]);
}

function refusedOf(changes: readonly (() => void)[]): CallError[] {
  return changes.flatMap((change) =>
    rescue(() => (change(), []), (error) => [error])
  );
}

/** Modes of access; add them up. @see access(2) */
export const ACCESS = { read: 4, write: 2, search: 1 } as const;

/**
 * Whether the kernel lets this process access a path once it is `user`, or as much
 * of that as it can become.
 *
 * @param mode a sum of `ACCESS`
 */
export function mayAccess(user: User, path: string, mode: number): boolean {
  return asUser(user, () => canAccess(path, mode));
}

/**
 * Runs `action` with the rights that this process has once it is `user`, or as much
 * of that as it can become. This thread takes the user's file system ids and
 * groups, drops its effective capabilities, and takes its own again.
 *
 * @param action must not be asynchronous: other threads keep their rights
 * @see setfsuid(2)
 */
export function asUser<T>(user: User, action: () => T): T {
  const mine = ownGroups();
  const setGroups = (groups: Uint32Array<ArrayBuffer>) =>
    rescue(() => setThreadGroups(groups), () => {}); // they stay its own
  try {
    setGroups(user.groups);
    libc.setfsgid(user.gid);
    libc.setfsuid(user.uid);
    return withoutCapabilities(action);
  } finally {
    libc.setfsuid(libc.geteuid());
    libc.setfsgid(libc.getegid());
    setGroups(mine);
  }
}

/**
 * Runs `action` with all rights of this process, but what it makes belongs to
 * `user`: to give it away afterwards would be too late, another file may have its
 * name by then. Without CAP_SETUID it stays this process's own.
 *
 * @see setfsuid(2)
 */
export function owningAs<T>(user: User, action: () => T): T {
  try {
    libc.setfsgid(user.gid);
    libc.setfsuid(user.uid); // takes the capabilities about files away
    return withSpareCapabilities(action);
  } finally {
    libc.setfsuid(libc.geteuid());
    libc.setfsgid(libc.getegid());
  }
}

/** Whether this thread may access a path. @param mode a sum of `ACCESS` */
export function canAccess(path: string, mode: number): boolean {
  const AT_FDCWD = -100n, AT_EACCESS = 0x200n;
  return libc.syscall(
    SYSCALL.faccessat2,
    AT_FDCWD,
    cString(path),
    BigInt(mode),
    AT_EACCESS,
  ) === 0n;
}

/** Sets the groups of this thread alone; setgroups(2) of the C library sets all threads'. */
function setThreadGroups(groups: Uint32Array<ArrayBuffer>): void {
  const { setgroups } = SYSCALL;
  const count = BigInt(groups.length);
  checked(
    "setgroups",
    Number(libc.syscall(setgroups, count, groups, 0n, 0n)),
  );
}

function ownGroups(): Uint32Array<ArrayBuffer> {
  const count = call(libc, "getgroups", 0, null);
  const groups = new Uint32Array(count);
  call(libc, "getgroups", count, groups);
  return groups;
}

/** System call numbers. @see asm/unistd.h */
const SYSCALL = {
  setgroups: Deno.build.arch === "aarch64" ? 159n : 116n,
  faccessat2: 439n,
} as const;
