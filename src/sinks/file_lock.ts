/** Locks a capture for a write, and does not wait for long: anybody who may read it can lock it. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { lockHolder } from "../files/lock_holder.ts";

/** Milliseconds between two attempts. */
const RETRY = 5;

/** Somebody else has a lock on the file. */
export class Locked extends Error {
  override readonly name = "Locked";

  constructor(file: Deno.FsFile) {
    const holder = lockHolder(file.statSync()) ?? "another process";
    super(`it is locked by ${holder}`);
  }
}

/**
 * Locks a file, with flock(2).
 *
 * @returns false: somebody else has a lock
 * @throws {Failure} exit code 7: locks do not work here
 */
export function tryLock(path: string, file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    throw new Failure(
      EXIT.output,
      `Cannot lock "${path}": ${
        reasonOf(error)
      }; name a file on a disk of this machine, or allow flock() in the seccomp filter`,
    );
  }
}

/** Like `tryLock`, again and again for some milliseconds. @throws {Failure} */
export async function lockWithin(
  patience: number,
  path: string,
  file: Deno.FsFile,
): Promise<boolean> {
  for (const end = performance.now() + patience; !tryLock(path, file);) {
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
  return true;
}
