/** What the sinks that write files have in common: names, folders, and who may write. */
import { dirname, resolve } from "node:path";
import type { Logger } from "@std/log/logger";
import { fileName, type FilePattern } from "../formats/capture_name.ts";
import { EXIT, Failure } from "../basics/errors.ts";
import { ERRNO, errnoText, lastErrno } from "../ffi/errno.ts";
import { ACCESS, canAccess, mayAccess, type User } from "../process/user.ts";
import type { RecordOrigin, SinkContext } from "./sink.ts";

export interface FileOptions {
  /** Undefined: stdout. */
  readonly output: FilePattern | undefined;
  /** Time fields of file names are in the local zone. */
  readonly isLocal: boolean;
  /** Wait until the disk has each record. */
  readonly isSynced: boolean;
}

/** The path of the file for an interface at a time; empty: stdout. */
export function pathFor(
  { output, isLocal }: FileOptions,
  origin: RecordOrigin,
  time: Date,
): string {
  return output ? fileName(output, { ...origin, time, isLocal }) : "";
}

/** The paths of the files of all interfaces now; none if the output is stdout. */
export function pathsFor(
  options: FileOptions,
  { host, interfaces }: Pick<SinkContext, "host" | "interfaces">,
): Set<string> {
  const paths = interfaces.map((name) =>
    pathFor(options, { host, interface: name }, new Date())
  );
  return new Set(paths.filter((path) => path !== ""));
}

/** Whether `user` may make files beside `path`, and write to the file there. */
export function rightsOf(
  user: User,
  path: string,
): { ownsFolder: boolean; ownsFile: boolean } {
  const inFolder = ACCESS.write | ACCESS.search;
  return {
    ownsFolder: mayAccess(user, dirname(path), inFolder),
    ownsFile: mayAccess(user, path, ACCESS.write),
  };
}

/** Logs that the process stays root, because `user` may not write to `path`. */
export function logStaysRoot(log: Logger, user: User, path: string): void {
  log.info(
    `Staying root: user "${user.name}" may not write to "${path}"; name another user with --user`,
  );
}

/** Whether a FIFO, a device or a socket is at `path`. */
export function isSpecial(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    return false; // a new file, or opening it will say what is wrong
  }
}

/** Creates a file; if its folder is missing, makes that and tries again. */
export function createIn<T>(folder: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(folder, { recursive: true });
    return create();
  }
}

/**
 * Does to a file what a run would do to that at `path`; if there is none, makes one
 * of another name where `createIn` would, and removes it.
 *
 * @throws {Error} it cannot be made; and what `use` throws
 */
export function rehearseOn(
  path: string,
  open: (path: string) => Deno.FsFile,
  use: (file: Deno.FsFile) => void,
): void {
  if (lookAt(path, Deno.statSync) !== undefined) {
    using file = open(path);
    use(file);
  } else if (lookAt(path, Deno.lstatSync) !== undefined) {
    // A link to a missing file: that one would be made.
    const target = resolve(dirname(path), Deno.readLinkSync(path));
    rehearseOn(target, open, use);
  } else {
    rehearseIn(dirname(path), use);
  }
}

/**
 * Uses a new file in `folder`, or above it if it would have to be made first, and
 * removes it.
 *
 * @throws {Error} it cannot be made; and what `use` throws
 */
export function rehearseIn(
  folder: string,
  use: (file: Deno.FsFile) => void = () => {},
): void {
  if (lookAt(folder, Deno.lstatSync) === undefined) {
    return rehearseIn(dirname(folder), use);
  }
  const options = { dir: folder, prefix: ".xdptally.", suffix: ".tmp" };
  const path = Deno.makeTempFileSync(options);
  try {
    using file = Deno.openSync(path, { write: true });
    use(file);
  } finally {
    Deno.removeSync(path);
  }
}

/** What `look` says of a path; undefined: nothing is there. */
function lookAt(
  path: string,
  look: (path: string) => Deno.FileInfo,
): Deno.FileInfo | undefined {
  try {
    return look(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Checks the FIFO or device at `path` without opening it. @throws {Failure} exit code 7 */
export function requireWritable(path: string): void {
  const errno = Deno.statSync(path).isSocket
    ? ERRNO.ENXIO
    : canAccess(path, ACCESS.write)
    ? 0
    : lastErrno();
  if (errno !== ERRNO.ENXIO && errno !== ERRNO.EACCES) return;
  throw new Failure(
    EXIT.output,
    `Cannot write to "${path}": ${errnoText(errno)}; name another file`,
  );
}
