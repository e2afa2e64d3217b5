/** Opens libbpf, and catches what it prints. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { call, CallError, ERRNO, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { LIBBPF, PRINT_CALLBACK } from "../ffi/libbpf.ts";
import { cString, readCString } from "../ffi/memory.ts";
import { embeddedLibraries, embeddedLibrary } from "./embedded.ts";

type LibbpfSymbols = Deno.DynamicLibrary<typeof LIBBPF>["symbols"];

/** An open libbpf. It is never closed. */
export interface Libbpf {
  readonly symbols: LibbpfSymbols;
  /** `libbpf.so.1 1.1`, or `embedded libbpf.so.1 1.1`. */
  readonly name: string;
}

/**
 * Opens the system's libbpf. If it is missing or too old, opens the embedded
 * copy; and if the system's glibc is too old for the copy, the system's libbpf
 * 0.x.
 *
 * @throws {Failure} exit code 6: none of them can be used; `detail` has the reasons
 * @example
 * ```ts
 * openLibbpf().name; // "libbpf.so.1 1.5"
 * ```
 */
export function openLibbpf(): Libbpf {
  const attempts: [string, () => LibbpfSymbols][] = [
    ["libbpf.so.1", () => Deno.dlopen("libbpf.so.1", LIBBPF).symbols],
    ["embedded libbpf.so.1", openEmbedded],
    ["libbpf.so.0", () => Deno.dlopen("libbpf.so.0", LIBBPF).symbols],
  ];
  const reasons: string[] = [];
  let refusal: CallError | undefined;
  for (const [name, open] of attempts) {
    try {
      const symbols = open();
      const version = readCString(symbols.libbpf_version_string?.() ?? null)
        .replace(/^v/, "");
      return { symbols, name: `${name} ${version}`.trim() };
    } catch (error) {
      if (error instanceof CallError && error.call === "memfd_create") {
        refusal = error;
      }
      reasons.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new Failure(
    EXIT.unsupported,
    "Cannot open libbpf: the system has none, and the embedded copy cannot be loaded; install libbpf1 (Debian, Ubuntu) or libbpf (others)" +
      (refusal === undefined ? "" : `, or ${allowMemfd(refusal)}`),
    reasons.join("\n"),
  );
}

/** What helps if memfd_create() is refused. */
function allowMemfd({ errno }: CallError): string {
  return errno === ERRNO.EACCES
    ? "set the sysctl vm.memfd_noexec below 2"
    : "allow memfd_create() in the seccomp filter";
}

/**
 * Passes the embedded libraries to the loader as memfds, in dependency order.
 * Files in a temporary folder could be replaced by somebody else.
 */
function openEmbedded(): LibbpfSymbols {
  const libraries = embeddedLibraries();
  const last = libraries.pop();
  if (last === undefined) throw new Error("this build has none");
  for (const library of libraries) Deno.dlopen(memoryFile(library), {});
  return Deno.dlopen(memoryFile(last), LIBBPF).symbols;
}

/** The path of a new memfd that holds `library`; it stays open for the loader. */
function memoryFile(library: string): string {
  const MFD_CLOEXEC = 1, MFD_EXEC = 0x10;
  const create = (flags: number) =>
    call(libc, "memfd_create", cString(library), flags);
  const fd = rescue(() => create(MFD_CLOEXEC | MFD_EXEC), (error) => {
    if (error.errno !== ERRNO.EINVAL) throw error;
    return create(MFD_CLOEXEC); // Linux < 6.3 neither has nor needs MFD_EXEC
  });
  const bytes = embeddedLibrary(library);
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    at += call(libc, "write", fd, rest, BigInt(rest.length));
  }
  return `/proc/self/fd/${fd}`;
}

/**
 * Runs `action` and catches what libbpf prints meanwhile. Only for what is called
 * once: a callback that re-enters JavaScript from a hot function can abort Deno
 * (deno#31122).
 *
 * @param lines gets warnings and notices
 * @param tell gets every line as it is printed, debug messages too
 * @throws what `action` throws
 */
export function withMessages<T>(
  lib: Libbpf,
  lines: string[],
  tell: ((line: string) => void) | undefined,
  action: () => T,
): T {
  const LIBBPF_DEBUG = 2;
  const text = new Uint8Array(16_384);
  const print = new Deno.UnsafeCallback(
    PRINT_CALLBACK,
    (level, format, args) => {
      if (level >= LIBBPF_DEBUG && tell === undefined) return 0;
      const size = libc.vsnprintf(text, BigInt(text.length), format, args);
      const length = Math.min(Math.max(size, 0), text.length - 1);
      const line = new TextDecoder().decode(text.subarray(0, length)).trimEnd();
      if (level < LIBBPF_DEBUG) lines.push(line);
      tell?.(line);
      return 0;
    },
  );
  lib.symbols.libbpf_set_print(print.pointer);
  try {
    return action();
  } finally {
    lib.symbols.libbpf_set_print(null);
    print.close();
  }
}
