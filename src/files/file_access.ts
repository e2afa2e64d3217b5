/** Opens, makes and replaces files in folders that others may own, without being led elsewhere. */
import { writeAll } from "../basics/write_all.ts";
import { ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { ACCESS, asUser, canAccess, type User } from "../process/user.ts";
import {
  Descriptor,
  FileError,
  isDenied,
  OPEN,
  refusal,
} from "./descriptor.ts";
import { make, removeTemporaries, withTemporary } from "./temporary.ts";
import { existing, FILE, STREAM, type Trust, trustOf } from "./trust.ts";
import { walk } from "./walk.ts";

/** Attempts to open a file that comes and goes. */
const TRIES = 10;

/**
 * Files of a run that is to become a user. Each is opened as that user. Only what
 * that user may not do, this process does itself, and then uses nothing that
 * somebody else than root or that user owns: it follows root's links alone, and
 * refuses files that have a second name.
 *
 * @example
 * ```ts
 * const access = new FileAccess(lookUpUser("nobody"));
 * using file = access.append("/var/log/xdptally/eth0.jsonl", 0o640);
 * ```
 */
export class FileAccess {
  readonly #user: User | undefined;

  /** @param user undefined: the run stays what it is */
  constructor(user: User | undefined) {
    this.#user = user;
  }

  /**
   * Opens a file to read and append to; makes it, and its folders, if it is missing.
   *
   * @param mode permissions of a new file, before the umask
   * @throws {FileError}
   */
  append(path: string, mode: number): Deno.FsFile {
    this.makeFolder(path); // the user may then make the file in it
    return this.#try((trust) => {
      using place = walk(path, trust.linkOwners, trust.newFolders);
      for (let tries = 0; tries < TRIES; tries++) {
        using found = existing(place, trust, FILE);
        if (found !== undefined) return reopen(found);
        using made = make(place.folder, place.name, mode);
        if (made !== undefined) return reopen(made);
      }
      throw new FileError("somebody makes and removes it all the time");
    });
  }

  /**
   * Uses the file that `append` would open, or if there is none, a temporary one
   * where it would be made; leaves nothing behind.
   *
   * @throws {FileError}; what `use` throws
   */
  rehearse(path: string, use: (file: Deno.FsFile) => void = () => {}): void {
    this.#try((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      using found = existing(place, trust, FILE);
      if (found !== undefined) {
        using file = reopen(found);
        return use(file);
      }
      withTemporary(place.folder, "xdptally", 0o600, (made) => {
        using file = reopen(made);
        use(file);
      });
    });
  }

  /**
   * Opens a file to read; undefined: it is missing.
   *
   * @throws {FileError}
   */
  read(path: string): Deno.FsFile | undefined {
    return this.#try((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      using found = existing(place, trust, FILE);
      return found?.reopen("read");
    });
  }

  /**
   * Opens a FIFO or a device to write to, without waiting for anybody. Root does
   * not do it for the user, who may have to do it again.
   *
   * @returns undefined: it is a FIFO without a reader
   * @throws {FileError}
   */
  openStream(path: string): Descriptor | undefined {
    const flags = OPEN.write | OPEN.append | OPEN.nonBlocking;
    const own = ownDescriptor(path);
    if (own !== undefined) return Descriptor.again(own, flags);
    return this.#onlyAsUser((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      using found = existing(place, trust, STREAM);
      if (found === undefined) throw refusal(ERRNO.ENOENT);
      try {
        return Descriptor.again(found.number, flags);
      } catch (error) {
        const isUnread = error instanceof FileError &&
          error.errno === ERRNO.ENXIO && found.status().type === "FIFO";
        if (isUnread) return undefined;
        throw error;
      }
    });
  }

  /**
   * Fails where `openStream` would, without opening: a FIFO's reader would take the
   * closing for the end.
   *
   * @throws {FileError}
   */
  requireStream(path: string): void {
    this.#onlyAsUser((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      using found = existing(place, trust, STREAM);
      if (found === undefined) throw refusal(ERRNO.ENOENT);
      if (!canAccess(found.path, ACCESS.write)) throw refusal(ERRNO.EACCES);
    });
  }

  /**
   * Makes a file that does not exist yet.
   *
   * @throws {FileError} also if something has that name
   */
  create(path: string, bytes: Uint8Array, mode: number): void {
    this.#try((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      using made = place.isWhole
        ? make(place.folder, place.name, mode)
        : undefined;
      if (made === undefined) {
        throw refusal(place.isWhole ? ERRNO.EEXIST : ERRNO.ENOENT);
      }
      using file = reopen(made);
      writeAll(file, bytes);
    });
  }

  /**
   * Replaces a file in one step: a new one takes its name. A reader sees the old
   * one or the new one, never a part.
   *
   * @param mode permissions of the new file, whatever the umask
   * @param isSynced wait until the disk has it
   * @throws {FileError}; what writing throws
   */
  replace(
    path: string,
    bytes: Uint8Array,
    mode: number,
    isSynced: boolean,
  ): void {
    this.#try((trust) => {
      using place = walk(path, trust.linkOwners, trust.newFolders);
      withTemporary(place.folder, place.name, mode, (made, takeName) => {
        using file = reopen(made);
        writeAll(file, bytes);
        made.allow(mode);
        if (isSynced) file.syncSync();
        takeName();
      });
    });
  }

  /** Makes the folder of a file, if it is missing. @throws {FileError} */
  makeFolder(path: string): void {
    this.#try((trust) => walk(path, trust.linkOwners, trust.newFolders))
      [Symbol.dispose]();
  }

  /** Fails where `replace` would; leaves nothing behind. @throws {FileError} */
  rehearseReplacing(path: string): void {
    this.#try((trust) => {
      using place = walk(path, trust.linkOwners, undefined);
      withTemporary(place.folder, place.name, 0o600, () => {});
    });
  }

  /** Removes what `replace` left behind when it was killed. @throws {FileError} */
  removeTemporaries(path: string): void {
    this.#try((trust) => {
      using place = walk(path, trust.linkOwners, trust.newFolders);
      removeTemporaries(place.folder, place.name, trust.fileOwners);
    });
  }

  /** Does something as the user; if that is not allowed, as this process. */
  #try<T>(action: (trust: Trust) => T): T {
    try {
      return this.#asUser(action);
    } catch (error) {
      if (this.#user === undefined || !isDenied(error)) throw error;
      return action(trustOf(libc.geteuid(), this.#user));
    }
  }

  /** @throws {FileError} also where root could help */
  #onlyAsUser<T>(action: (trust: Trust) => T): T {
    try {
      return this.#asUser(action);
    } catch (error) {
      if (this.#user === undefined || !isDenied(error)) throw error;
      throw new FileError(
        `user "${this.#user.name}" may not (see --user)`,
      );
    }
  }

  #asUser<T>(action: (trust: Trust) => T): T {
    const user = this.#user;
    const mine = libc.geteuid();
    if (user === undefined || user.uid === mine) return action(trustOf(mine));
    return asUser(user, () => action(trustOf(user.uid)));
  }
}

const STANDARD = ["/dev/stdin", "/dev/stdout", "/dev/stderr"];

/**
 * The descriptor of this process that a path names; undefined: it names none. Who
 * started the process has handed it over.
 */
export function ownDescriptor(path: string): number | undefined {
  const standard = STANDARD.indexOf(path);
  if (standard >= 0) return standard;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

function reopen(file: Descriptor): Deno.FsFile {
  return file.reopen("append");
}
