/** Walks to the folder of a path, one name at a time, and trusts no link that others made. */
import { call, ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";
import { owningAs, type User } from "../process/user.ts";
import {
  CURRENT_FOLDER,
  Descriptor,
  FileError,
  ifThere,
  onFiles,
  OPEN,
  refusal,
} from "./descriptor.ts";

/** How folders are made that are missing. */
export interface NewFolders {
  /** Permissions, before the umask. */
  readonly mode: number;
  /** Gets them; undefined: they stay with the user who makes them. */
  readonly owner: User | undefined;
}

/** Where a path leads. */
export interface Destination extends Disposable {
  /** The folder; with `isWhole` false, the last one on the way that exists. */
  readonly folder: Descriptor;
  /** The name in the folder, which is not a link. */
  readonly name: string;
  /** Whether all folders on the way exist. */
  readonly isWhole: boolean;
}

/** NAME_MAX, in bytes. @see linux/limits.h */
const LONGEST_NAME = 255;
/** Links on one way; more are a circle. @see path_resolution(7) */
const MOST_LINKS = 40;

/**
 * Walks to the folder of `path` without following a link that somebody else could
 * have planted: each name is opened by itself, and a link is followed only if it
 * belongs to a user of `linkOwners`.
 *
 * @param missing how to make folders that are missing; undefined: stop there
 * @throws {FileError}
 *
 * @example
 * ```ts
 * using place = walk("/var/log/x.jsonl", new Set([0]), undefined);
 * place.name; // "x.jsonl"
 * ```
 */
export function walk(
  path: string,
  linkOwners: ReadonlySet<number>,
  missing: NewFolders | undefined,
): Destination {
  using stack = new DisposableStack();
  const at = (folder: number, name: string) =>
    stack.use(Descriptor.open(folder, name, OPEN.path));
  let folder = at(CURRENT_FOLDER, path.startsWith("/") ? "/" : ".");
  const names = namesOf(path);
  const encoder = new TextEncoder();
  if (names.some((name) => encoder.encode(name).length > LONGEST_NAME)) {
    throw refusal(ERRNO.ENAMETOOLONG); // before any folder is made
  }
  const found = (name: string, isWhole: boolean): Destination => {
    const held = stack.move();
    return { folder, name, isWhole, [Symbol.dispose]: () => held.dispose() };
  };
  for (let links = 0;;) {
    const name = names.shift() ?? ".";
    const isLast = names.length === 0;
    let next = ifThere(() => at(folder.number, name));
    if (next === undefined) {
      if (isLast) return found(name, true);
      if (missing === undefined) return found(name, false);
      next = stack.use(makeFolder(folder, name, missing));
    }
    const { type, owner, names: count } = next.status();
    if (type === "link") {
      // A second name of a link can be made by others, too.
      if (!linkOwners.has(owner) || count > 1) {
        throw new FileError(
          `"${name}" is a link of user ${owner}, which may lead anywhere`,
        );
      }
      if (++links > MOST_LINKS) throw refusal(ERRNO.ELOOP);
      const text = next.linkText();
      if (text.startsWith("/")) folder = at(CURRENT_FOLDER, "/");
      names.unshift(...namesOf(text));
    } else if (isLast) {
      return found(name, true);
    } else if (type === "folder") {
      folder = next;
    } else {
      throw refusal(ERRNO.ENOTDIR);
    }
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Makes a folder; another process may be faster. */
function makeFolder(
  { number }: Descriptor,
  name: string,
  { mode, owner }: NewFolders,
): Descriptor {
  const make = () => call(libc, "mkdirat", number, cString(name), mode);
  try {
    onFiles(() => owner === undefined ? make() : owningAs(owner, make));
  } catch (error) {
    const isThere = error instanceof FileError && error.errno === ERRNO.EEXIST;
    if (!isThere) throw error;
  }
  return Descriptor.open(number, name, OPEN.path);
}
