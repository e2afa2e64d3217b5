/** Keeps the file open that a path names, also when the path names another one. */
import type { Logger } from "@std/log/logger";
import { reasonOf } from "../basics/reason.ts";
import { isDenied } from "../files/descriptor.ts";
import type { FileAccess } from "../files/file_access.ts";

interface NamedFileOptions {
  readonly path: string;
  readonly access: FileAccess;
  /** Permissions of a new file. */
  readonly mode: number;
  readonly log: Logger;
  /** Throws if the file must not be written to. */
  readonly check: (file: Deno.FsFile) => void;
}

/** A file to append to; whoever rotates it gives its name to another one. */
export class NamedFile {
  readonly #options: NamedFileOptions;
  #file: Deno.FsFile | undefined;
  /** The path names another file now, which this process may not open. */
  #isOutOfReach = false;

  constructor(options: NamedFileOptions) {
    this.#options = options;
  }

  /**
   * The file that the path names, which is made if it is missing; if it may not be
   * opened, the one before.
   *
   * @throws {FileError}; what `check` throws
   */
  current(): Deno.FsFile {
    if (this.#file !== undefined && this.#isStill(this.#file)) {
      return this.#file;
    }
    let fresh;
    try {
      fresh = this.#open();
    } catch (error) {
      if (this.#file === undefined || !isDenied(error)) throw error;
      this.#warnOnce(error);
      return this.#file;
    }
    if (this.close()) {
      const { path, log } = this.#options;
      log.warn(
        `"${path}" was removed, and its records with it; going on in a new file`,
      );
    }
    return this.#file = fresh;
  }

  #open(): Deno.FsFile {
    const { path, access, mode, check } = this.#options;
    const file = access.append(path, mode);
    try {
      check(file);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Whether the path still names `file`. */
  #isStill(file: Deno.FsFile): boolean {
    const mine = file.statSync();
    try {
      const there = Deno.statSync(this.#options.path);
      return there.ino === mine.ino && there.dev === mine.dev;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      if (error instanceof Deno.errors.PermissionDenied) return true;
      throw error;
    }
  }

  #warnOnce(error: unknown): void {
    const { path, log } = this.#options;
    if (!this.#isOutOfReach) {
      log.warn(
        `Cannot reopen "${path}": ${
          reasonOf(error)
        }; still writing to the old file, use --user root to follow the name`,
      );
    }
    this.#isOutOfReach = true;
  }

  /** Closes the file. @returns whether it has lost its name: its records are gone */
  close(): boolean {
    const isRemoved = this.#file?.statSync().nlink === 0;
    this.#file?.close();
    this.#file = undefined;
    return isRemoved;
  }
}
