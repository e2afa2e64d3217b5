/** Opens the XDP program that an interface has, to ride on it: see bpf/observe.bpf.c. */
import { EXIT, type ExitCode } from "../basics/errors.ts";
import {
  call,
  type CallError,
  checked,
  checkedPointer,
  ERRNO,
  errnoText,
  rescue,
} from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString, opts } from "../ffi/memory.ts";
import { functionOf } from "./btf.ts";
import { embedded } from "./embedded.ts";
import { btfBytes, mainFunction } from "./info.ts";
import { type Libbpf, withMessages } from "./library.ts";
import { hasBtf, isRealtimeKernel } from "./kernel.ts";
import { raiseMemlock } from "./limits.ts";

/** Why a program cannot be ridden on, and what helps. */
export interface Refusal {
  readonly exitCode: ExitCode;
  readonly why: string;
  readonly remedy: string;
}

/** The programs of bpf/probe.bpf.c, and which exit of bpf/observe.bpf.c each stands for. */
const EXITS = { probe5: "observe_exit5", probe: "observe_exit" } as const;

/** A program to ride on. Disposing of it closes its descriptor. */
export interface Carrier extends Disposable {
  readonly id: number;
  readonly fd: number;
  /** The name of its main function. */
  readonly main: string;
  /** The program that reads its verdict. */
  readonly exit: typeof EXITS[keyof typeof EXITS];
}

/**
 * Opens a program and finds out how it can be ridden on, by loading what would be
 * attached to it.
 *
 * @param id of an XDP program
 * @returns why it cannot be, otherwise
 * @example
 * ```ts
 * const carrier = openCarrier(lib, 7);
 * if ("why" in carrier) console.error(carrier.why);
 * else carrier.main; // "xdp_dropper"
 * ```
 */
export function openCarrier(lib: Libbpf, id: number): Carrier | Refusal {
  if (isRealtimeKernel()) return REALTIME;
  if (!hasBtf()) return NO_KERNEL_BTF;
  raiseMemlock();
  const { symbols } = lib;
  return rescue(() => {
    using stack = new DisposableStack();
    const fd = call(symbols, "bpf_prog_get_fd_by_id", id);
    stack.defer(() => libc.close(fd));
    const main = mainFunction(lib, fd);
    const of = main && functionOf(btfBytes(lib, main.btf), main.type);
    if (of === undefined) return NO_BTF;
    const tried = tryExits(lib, fd, of.name);
    if (typeof tried !== "string") return tried;
    // The kernel believes the prototype: the verdict is behind one parameter.
    if (tried === "observe_exit" && of.parameters !== 1) return PROTOTYPE;
    const closing = stack.move();
    return {
      ...{ id, fd, main: of.name, exit: tried },
      [Symbol.dispose]: () => closing.dispose(),
    };
  }, refusalOf);
}

/** The exit that fits the program; or why the kernel lets nobody ride on it. */
function tryExits(
  lib: Libbpf,
  fd: number,
  main: string,
): Carrier["exit"] | Refusal {
  let refusal = PROTOTYPE;
  for (const [probe, exit] of Object.entries(EXITS)) {
    const messages: string[] = [];
    const error = withMessages(
      lib,
      messages,
      undefined,
      () => rescue(() => load(lib, probe, fd, main), (error) => error),
    );
    if (error === undefined) return exit;
    refusal = refusalOf(error, messages.join("\n"));
  }
  return refusal;
}

/** Loads a program of bpf/probe.bpf.c and closes it. @throws {CallError} */
function load(lib: Libbpf, probe: string, fd: number, main: string): undefined {
  const { symbols } = lib;
  const elf = embedded("probe.bpf.o");
  const object = checkedPointer(
    "bpf_object__open_mem",
    symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts("probe")),
  );
  try {
    for (const name of Object.keys(EXITS)) {
      const program = checkedPointer(
        "bpf_object__find_program_by_name",
        symbols.bpf_object__find_program_by_name(object, cString(name)),
      );
      call(symbols, "bpf_program__set_autoload", program, name === probe);
      if (name !== probe) continue;
      checked(
        "bpf_program__set_attach_target",
        symbols.bpf_program__set_attach_target(program, fd, cString(main)),
      );
    }
    call(symbols, "bpf_object__load", object);
  } finally {
    symbols.bpf_object__close(object);
  }
}

const unsupported = (why: string, remedy: string): Refusal => ({
  exitCode: EXIT.unsupported,
  why,
  remedy,
});

const REALTIME = unsupported(
  "a real-time kernel may handle two frames at once on a CPU, so that a frame and its verdict cannot be matched",
  "count beside it with --hook tc",
);
const NO_KERNEL_BTF = unsupported(
  "the kernel does not describe its structs (BTF)",
  "use a kernel with CONFIG_DEBUG_INFO_BTF",
);
const NO_BTF = unsupported(
  "it has no BTF, which says where its function is",
  "compile it with clang -g",
);
const PROTOTYPE = unsupported(
  "its function has not one argument, as an XDP program should",
  "declare it with one: struct xdp_md *",
);
const NO_JIT = unsupported(
  "it is interpreted, and only compiled programs can be ridden on",
  "sysctl net.core.bpf_jit_enable=1, then restart the program",
);
export const OFFLOADED = unsupported(
  "it runs in the network card, where nothing can ride on it",
  "load it in native mode",
);
const LOCKDOWN = unsupported(
  "kernel lockdown (confidentiality) forbids reading its frames",
  "boot without lockdown=confidentiality",
);
const GONE: Refusal = {
  exitCode: EXIT.noInterface,
  why: "it is gone",
  remedy: "try again",
};
const NO_RIGHTS: Refusal = {
  exitCode: EXIT.notPermitted,
  why: "opening another program needs CAP_SYS_ADMIN",
  remedy: "run it with sudo",
};
const NO_TRACING: Refusal = {
  exitCode: EXIT.notPermitted,
  why: "the kernel does not permit tracing programs here",
  remedy: "count beside it with --hook tc",
};

/** @param messages of libbpf, with those of the kernel */
function refusalOf({ call, errno }: CallError, messages = ""): Refusal {
  const said = (text: string) => messages.includes(text);
  if (said("JITed")) return NO_JIT;
  if (said("offloaded") || said("dev-bound")) return OFFLOADED;
  if (said("unknown func") || said("cannot use helper")) return LOCKDOWN;
  if (said("-th argument")) return PROTOTYPE;
  switch (errno) {
    case ERRNO.EPERM:
      return call === "bpf_prog_get_fd_by_id" ? NO_RIGHTS : NO_TRACING;
    case ERRNO.ENOENT:
      if (call === "bpf_prog_get_fd_by_id") return GONE;
  }
  return unsupported(
    `the kernel refuses it: ${call}: ${errnoText(errno)}`,
    "count beside it with --hook tc",
  );
}
