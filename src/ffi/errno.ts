/** Turns return codes of C functions into errors. */
import { libc } from "./libc.ts";
import { readCString } from "./memory.ts";

/** Error numbers that xdptally uses. @see errno(3) */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ELOOP: 40,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  ENOTSUPP: 524,
  /** Of libbpf 0.x: the verifier rejects the program, whatever the kernel's error was. */
  LIBBPF_VERIFY: 4007,
} as const;

const NAMES = new Map<number, string>(
  Object.entries(ERRNO).map(([name, number]) => [number, name]),
);

/** errno of this thread; read it right after the call that set it. */
export function lastErrno(): number {
  const location = libc.__errno_location();
  return location === null
    ? 0
    : new Deno.UnsafePointerView(location).getInt32();
}

/** The text of an error number: `Device or resource busy (EBUSY)`. */
export function errnoText(errno: number): string {
  const name = NAMES.get(errno) ?? `error ${errno}`;
  // ENOTSUPP exists in the kernel only: the C library has no text for it.
  const text = errno === ERRNO.ENOTSUPP
    ? "Operation not supported"
    : readCString(libc.strerror(errno));
  return `${text} (${name})`;
}

/** A failed call of the C library or libbpf; the message starts with its name. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly call: string;
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call}: ${errnoText(errno)}`);
    this.call = call;
    this.errno = errno;
  }
}

/**
 * Checks a return code. libc and libbpf 0.x return -1 and set errno; libbpf 1.x
 * returns -errno and sets errno as well.
 *
 * @param name the function's, for the error
 * @returns `result`, if it is not negative
 * @throws {CallError}
 */
export function checked(name: string, result: number): number {
  if (result >= 0) return result;
  throw new CallError(
    name,
    result === -1 ? lastErrno() || ERRNO.EPERM : -result,
  );
}

/** The functions of a library that return a number, without optional ones. */
type Calls<Symbols> = {
  [Name in keyof Symbols as Symbols[Name] extends Returns ? Name : never]:
    Symbols[Name] extends Returns ? Symbols[Name] : never;
};
type Returns = (...args: never[]) => number | bigint;

/**
 * Calls a function and checks what it returns.
 *
 * @throws {CallError}
 * @example
 * ```ts
 * const fd = call(libc, "socket", AF_INET, SOCK_DGRAM, 0);
 * ```
 */
export function call<Symbols, Name extends keyof Calls<Symbols> & string>(
  symbols: Symbols,
  name: Name,
  ...args: Parameters<Calls<Symbols>[Name]>
): number {
  const functions = symbols as Calls<Symbols>;
  return checked(name, Number(functions[name](...args)));
}

/**
 * Checks a pointer that libbpf returned. On errors libbpf 1.x returns NULL and
 * sets errno; 0.x returns the negative errno as an address.
 *
 * @throws {CallError}
 */
export function checkedPointer(
  name: string,
  pointer: Deno.PointerValue,
): Deno.PointerObject {
  if (pointer === null) throw new CallError(name, lastErrno() || ERRNO.ENOENT);
  const address = BigInt.asIntN(64, Deno.UnsafePointer.value(pointer));
  if (address < 0n && address >= -4095n) {
    throw new CallError(name, Number(-address));
  }
  return pointer;
}

/**
 * What `action` returns; if a call in it fails, what `onFailure` makes of that.
 *
 * @throws all other errors, and what `onFailure` throws
 */
export function rescue<Result, Other>(
  action: () => Result,
  onFailure: (error: CallError) => Other,
): Result | Other {
  try {
    return action();
  } catch (error) {
    if (error instanceof CallError) return onFailure(error);
    throw error;
  }
}
