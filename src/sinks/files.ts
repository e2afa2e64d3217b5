/** What the sinks that write files have in common: names, folders, and who may write. */
import { dirname } from "node:path";
import type { Logger } from "@std/log/logger";
import type { FileAccess } from "../files/file_access.ts";
import { fileName, type FilePattern } from "../formats/capture_name.ts";
import { ACCESS, mayAccess, type User } from "../process/user.ts";
import type { RecordOrigin, SinkContext } from "./sink.ts";

export interface FileOptions {
  /** Undefined: stdout. */
  readonly output: FilePattern | undefined;
  /** Wait until the disk has each record. */
  readonly isSynced: boolean;
  /** Permissions of new files; undefined: the sink decides. */
  readonly mode: number | undefined;
  readonly access: FileAccess;
}

/** The path of the file for an interface at a time; empty: stdout. */
export function pathFor(
  output: FilePattern | undefined,
  origin: RecordOrigin,
  time: Date,
): string {
  return output ? fileName(output, { ...origin, time }) : "";
}

/** The paths of the files of all interfaces now; none if the output is stdout. */
export function pathsFor(
  output: FilePattern | undefined,
  { host, interfaces }: Pick<SinkContext, "host" | "interfaces">,
): Set<string> {
  const paths = interfaces.map((name) =>
    pathFor(output, { host, interface: name }, new Date())
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
  log.warn(
    `Staying root: user "${user.name}" may not write to "${path}"; name another folder or --user, or say --user root`,
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
