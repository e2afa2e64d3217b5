/** What the sinks that write files have in common: names, folders, and who may write. */
import { dirname } from "node:path";
import type { Logger } from "@std/log/logger";
import { fileName, type FilePattern } from "../formats/capture_name.ts";
import { ACCESS, mayAccess, type User } from "../process/user.ts";
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
