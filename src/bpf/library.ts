import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { CallError, check, ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { LIBBPF, PRINT_CALLBACK } from "../ffi/libbpf.ts";
import { cString, readCString } from "../ffi/memory.ts";
import { embeddedLibraries, embeddedLibrary } from "./embedded.ts";

type LibbpfSymbols = Deno.DynamicLibrary<typeof LIBBPF>["symbols"];

/** libbpf, opened. It stays open until the process ends. */
export interface Libbpf {
  readonly symbols: LibbpfSymbols;
  /** `libbpf.so.1 1.1`, or `embedded libbpf.so.1 1.1`. */
  readonly name: string;
}

const MFD_CLOEXEC = 1;
const MFD_EXEC = 0x10;

/**
 * Opens the system's libbpf; where there is none, or one that lacks a function
 * that is needed, the copy that this executable carries; and last libbpf 0.x,
 * which old systems have whose glibc the copy cannot use.
 *
 * @throws {Failure} none of them can be used
 */
export function openLibbpf(): Libbpf {
  const attempts: [string, () => LibbpfSymbols][] = [
    ["libbpf.so.1", () => Deno.dlopen("libbpf.so.1", LIBBPF).symbols],
    ["embedded libbpf.so.1", openEmbedded],
    ["libbpf.so.0", () => Deno.dlopen("libbpf.so.0", LIBBPF).symbols],
  ];
  const reasons: string[] = [];
  let isForbidden = false;
  for (const [name, open] of attempts) {
    try {
      const symbols = open();
      const version = readCString(symbols.libbpf_version_string?.() ?? null)
        .replace(/^v/, "");
      return { symbols, name: `${name} ${version}`.trim() };
    } catch (error) {
      isForbidden ||= error instanceof CallError &&
        error.call === "memfd_create" && error.errno === ERRNO.EACCES;
      reasons.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new Failure(
    EXIT.unsupported,
    "Cannot open libbpf: the system has none, and the embedded copy cannot be loaded; install libbpf1 (Debian, Ubuntu) or libbpf (others)" +
      (isForbidden ? ", or set the sysctl vm.memfd_noexec below 2" : ""),
    reasons.join("\n"),
  );
}

/**
 * The embedded libraries reach the loader through memfds, in dependency order:
 * a file in a temporary folder is one that somebody else may have put there.
 */
function openEmbedded(): LibbpfSymbols {
  const libraries = embeddedLibraries();
  const last = libraries.pop();
  if (last === undefined) throw new Error("this build carries none");
  for (const library of libraries) Deno.dlopen(memoryFile(library), {});
  return Deno.dlopen(memoryFile(last), LIBBPF).symbols;
}

/** A file without a name that holds `library`; it stays open for the loader. */
function memoryFile(library: string): string {
  const name = cString(library);
  let fd: number;
  try {
    fd = check("memfd_create", libc.memfd_create(name, MFD_CLOEXEC | MFD_EXEC));
  } catch (error) {
    // Before Linux 6.3 there is no MFD_EXEC, and no need for it.
    if (!(error instanceof CallError) || error.errno !== ERRNO.EINVAL) {
      throw error;
    }
    fd = check("memfd_create", libc.memfd_create(name, MFD_CLOEXEC));
  }
  const bytes = embeddedLibrary(library);
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    at += check("write", Number(libc.write(fd, rest, BigInt(rest.length))));
  }
  return `/proc/self/fd/${fd}`;
}

/**
 * Calls `action` with libbpf's messages kept in `lines`, or given to `tell`
 * as they come. Only around what is called once: a callback that re-enters
 * JavaScript from a hot function can abort Deno (deno#31122).
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
