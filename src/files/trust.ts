/** Which links are followed and which files are used, by whoever opens them. */
import { ERRNO } from "../ffi/errno.ts";
import type { User } from "../process/user.ts";
import {
  Descriptor,
  FileError,
  ifThere,
  OPEN,
  refusal,
  type Status,
} from "./descriptor.ts";
import type { Destination, NewFolders } from "./walk.ts";

/** What is relied on while a file is opened. */
export interface Trust {
  /** Users whose links are followed. */
  readonly linkOwners: ReadonlySet<number>;
  /** Users whose files are used; undefined: the kernel decides. */
  readonly fileOwners: ReadonlySet<number> | undefined;
  readonly newFolders: NewFolders;
}

const ROOT = 0;
const FOLDER_MODE = 0o750;

/** What a user relies on. @param successor the user that root will become */
export function trustOf(uid: number, successor?: User): Trust {
  return {
    linkOwners: new Set([ROOT, uid]),
    fileOwners: uid === ROOT
      ? new Set([ROOT, successor?.uid ?? ROOT])
      : undefined,
    newFolders: { mode: FOLDER_MODE, owner: successor },
  };
}

export const FILE: readonly Status["type"][] = ["file"];
export const STREAM: readonly Status["type"][] = ["FIFO", "device"];

/** What is at a place, as a handle; undefined: nothing is. @throws {FileError} it must not be used */
export function existing(
  { folder, name, isWhole }: Destination,
  { fileOwners }: Trust,
  types: readonly Status["type"][],
): Descriptor | undefined {
  if (!isWhole) return undefined;
  using stack = new DisposableStack();
  const found = ifThere(() =>
    stack.use(Descriptor.open(folder.number, name, OPEN.path))
  );
  if (found === undefined) return undefined;
  const { type, names, owner } = found.status();
  if (type === "folder") throw refusal(ERRNO.EISDIR);
  if (type === "socket") throw refusal(ERRNO.ENXIO);
  if (!types.includes(type)) throw new FileError(`it is a ${type}`);
  if (names > 1) {
    throw new FileError(
      `it has ${names} names (hard links), and may be somebody else's file`,
    );
  }
  if (fileOwners !== undefined && !fileOwners.has(owner)) {
    throw new FileError(`it belongs to user ${owner}, who may replace it`);
  }
  stack.move();
  return found;
}
