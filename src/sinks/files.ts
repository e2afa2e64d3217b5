/** What the sinks that write files have in common: names, and who may write. */
import { dirname } from "node:path";
import { fileName, type FilePattern } from "../formats/capture_name.ts";
import { ACCESS, mayAccess, type User } from "../process/user.ts";
import type { RecordOrigin, SinkContext } from "./sink.ts";

export interface FileOptions {
  /** Fields of file names are local time. */
  readonly isLocal: boolean;
  /** Wait until the disk has each record. */
  readonly isSynced: boolean;
}

/** The file for an interface at a time. */
export function pathFor(
  output: FilePattern,
  { isLocal }: FileOptions,
  origin: RecordOrigin,
  time: Date,
): string {
  return fileName(output, { ...origin, time, isLocal });
}

/** The files of all interfaces now; none where the output is stdout. */
export function pathsFor(
  output: FilePattern | undefined,
  options: FileOptions,
  { host, interfaces }: Pick<SinkContext, "host" | "interfaces">,
): Set<string> {
  const time = new Date();
  return new Set(
    output === undefined
      ? []
      : interfaces.map((name) =>
        pathFor(output, options, { host, interface: name }, time)
      ),
  );
}

/** Whether `user` may make files beside `path`, and write to what is there. */
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

/** Whether a FIFO, a device or a socket is at `path`. */
export function isSpecial(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    return false; // there is nothing yet, or opening it says why not
  }
}
