/** Opens files by descriptor, and says what they are, without following links. */
import { call, ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";

/** Flags of openat(2). @see asm/fcntl.h */
export const OPEN = {
  write: 1,
  readWrite: 2,
  create: 0o100,
  /** Only where nothing has that name. */
  exclusive: 0o200,
  append: 0o2000,
  nonBlocking: 0o4000,
  noFollow: Deno.build.arch === "aarch64" ? 0o100000 : 0o400000,
  closeOnExec: 0o2000000,
  /** A handle: it opens no device, waits for no FIFO, and needs no right to read. */
  path: 0o10000000,
} as const;

/** Stands for the current folder where a folder's descriptor is expected. */
export const CURRENT_FOLDER = -100;
/** With an empty name: what the descriptor has open is meant. */
const AT_EMPTY_PATH = 0x1000;

/** A file could not be used: the system refused, or xdptally does. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** Of the system; undefined: xdptally refuses. */
  readonly errno: number | undefined;

  constructor(message: string, errno?: number) {
    super(message);
    this.errno = errno;
  }
}

/** Types of files, as in `st_mode`. @see inode(7) */
const TYPES = {
  0o010000: "FIFO",
  0o020000: "device",
  0o040000: "folder",
  0o060000: "block device",
  0o100000: "file",
  0o120000: "link",
  0o140000: "socket",
} as const;

/** What a descriptor has open. */
export interface Status {
  readonly type: typeof TYPES[keyof typeof TYPES] | "unknown";
  /** User ID of the owner. */
  readonly owner: number;
  /** How many names it has. */
  readonly names: number;
}

/** A file descriptor, closed at the end of its scope. */
export class Descriptor implements Disposable {
  readonly number: number;
  #isOpen = true;

  constructor(number: number) {
    this.number = number;
  }

  /**
   * Opens a name in a folder. A link is not followed: with `OPEN.path` it is opened
   * itself, without that it is an error.
   *
   * @throws {FileError}
   * @see openat(2)
   */
  static open(
    folder: number,
    name: string,
    flags: number,
    mode = 0,
  ): Descriptor {
    const all = flags | OPEN.noFollow | OPEN.closeOnExec;
    return onFiles(() =>
      new Descriptor(call(libc, "openat", folder, cString(name), all, mode))
    );
  }

  /**
   * Opens what a descriptor of this process has open, with other access.
   *
   * @throws {FileError}
   * @see proc_pid_fd(5)
   */
  static again(number: number, flags: number): Descriptor {
    const path = cString(pathOf(number));
    const all = flags | OPEN.closeOnExec;
    return onFiles(() =>
      new Descriptor(call(libc, "openat", CURRENT_FOLDER, path, all, 0))
    );
  }

  /** @throws {FileError} @see statx(2) */
  status(): Status {
    const STATX_BASIC_STATS = 0x7ff;
    const struct = new Uint8Array(256);
    const name = cString("");
    onFiles(() =>
      call(
        libc,
        "statx",
        this.number,
        name,
        AT_EMPTY_PATH,
        STATX_BASIC_STATS,
        struct,
      )
    );
    const view = new DataView(struct.buffer);
    const mode = view.getUint16(28, true); // stx_mode
    return {
      type: TYPES[(mode & 0o170000) as keyof typeof TYPES] ?? "unknown",
      owner: view.getUint32(20, true), // stx_uid
      names: view.getUint32(16, true), // stx_nlink
    };
  }

  /** The text of the link that is open. @throws {FileError} @see readlinkat(2) */
  linkText(): string {
    const buffer = new Uint8Array(4096);
    const size = BigInt(buffer.length);
    const length = onFiles(() =>
      call(libc, "readlinkat", this.number, cString(""), buffer, size)
    );
    return new TextDecoder().decode(buffer.subarray(0, length));
  }

  /** Sets its permissions. @throws {FileError} @see fchmod(2) */
  allow(permissions: number): void {
    onFiles(() => call(libc, "fchmod", this.number, permissions));
  }

  /**
   * Like `again`, as a file of Deno: to read, or to read and append. A process that
   * has a lease on the file is not waited for.
   *
   * @throws {FileError}; what `Deno.openSync` throws
   * @see F_SETLEASE in fcntl(2)
   */
  reopen(access: "read" | "append"): Deno.FsFile {
    const isRead = access === "read";
    const flags = isRead ? OPEN.nonBlocking : OPEN.readWrite | OPEN.nonBlocking;
    // While it is open, nobody gets a lease.
    using _ = Descriptor.again(this.number, flags);
    return Deno.openSync(
      this.path,
      isRead ? { read: true } : { read: true, append: true },
    );
  }

  /** Leads to what is open, whatever has its name by now. */
  get path(): string {
    return pathOf(this.number);
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) libc.close(this.number);
    this.#isOpen = false;
  }
}

function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** The error of the system with that number. */
export function refusal(errno: number): FileError {
  const text = errno === ERRNO.EAGAIN
    ? "another process has a lease on it"
    : errnoText(errno);
  return new FileError(text, errno);
}

/** Whether the user may not do it, so that another one may try. */
export function isDenied(error: unknown): boolean {
  if (error instanceof Deno.errors.PermissionDenied) return true;
  const { EACCES, EPERM } = ERRNO;
  return error instanceof FileError &&
    (error.errno === EACCES || error.errno === EPERM);
}

/** What `open` returns; undefined: nothing has that name. */
export function ifThere<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof FileError && error.errno === ERRNO.ENOENT) return;
    throw error;
  }
}

/** What calls on files return. @throws {FileError} one of them failed */
export function onFiles<T>(calls: () => T): T {
  return rescue(calls, ({ errno }) => {
    throw refusal(errno);
  });
}
