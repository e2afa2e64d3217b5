/** The checks of the kernel, libbpf and this process. */
import { findCpus } from "../../bpf/cpus.ts";
import { isJited } from "../../bpf/info.ts";
import { type Libbpf, openLibbpf, withMessages } from "../../bpf/library.ts";
import { AttachError } from "../../bpf/link.ts";
import { attachIn } from "../../hooks/xdp.ts";
import { hasBtf, loadObject } from "../../bpf/load.ts";
import { LOAD_DEFAULTS, type LoadedObject } from "../../bpf/object.ts";
import { EXIT, Failure } from "../../basics/errors.ts";
import { CallError, ERRNO, errnoText } from "../../ffi/errno.ts";
import { findInterface } from "../../net/interfaces.ts";
import type { CheckRow } from "./check_table.ts";
import { formatBytes } from "../../basics/quantity.ts";
import {
  heldCapabilities,
  missingCapabilities,
  NEEDED,
} from "../../process/capabilities.ts";
import { isRoot } from "../../process/user.ts";
import { adviceFor } from "../../hooks/advice.ts";

/** What the checks of interfaces build on. */
export interface HostChecks {
  readonly rows: readonly CheckRow[];
  /** Undefined: there is none. */
  readonly lib: Libbpf | undefined;
  /** The program takes frames of several buffers. */
  readonly hasFragments: boolean;
  readonly cpus: number;
}

type Finding = Omit<CheckRow, "on" | "name">;

/** The kernel, libbpf and this process: what any interface needs. */
export function hostChecks(): HostChecks {
  const rows: CheckRow[] = [];
  const add = (name: string, finding: Finding) =>
    rows.push({ on: "host", name, ...finding });

  add("kernel", { state: "ok", value: Deno.osRelease() });
  add("rights", rights());
  let lib: Libbpf | undefined;
  try {
    lib = openLibbpf();
    add("libbpf", { state: "ok", value: `${lib.name}${pathOfLibbpf()}` });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    add("libbpf", {
      state: "fail",
      value: error.message,
      exitCode: error.exitCode,
    });
  }
  const hasFragments = lib !== undefined && programChecks(lib, add);

  const lockdown = /\[(\w+)\]/.exec(read("/sys/kernel/security/lockdown"))?.[1];
  add("lockdown", { state: "ok", value: lockdown ?? "none" });
  const unprivileged = read("/proc/sys/kernel/unprivileged_bpf_disabled");
  add("unprivileged bpf", {
    state: "ok",
    value: unprivileged === "0" ? "allowed" : "not allowed",
  });
  add("memlock", {
    state: "ok",
    value: `${memlock()} (counts before Linux 5.11, and is raised then)`,
  });
  const noexec = read("/proc/sys/vm/memfd_noexec");
  add(
    "memfd_noexec",
    noexec === "2"
      ? {
        state: "note",
        value: "2: the embedded libbpf could not be used",
        remedy: "keep the system's libbpf, or set vm.memfd_noexec below 2",
      }
      : { state: "ok", value: noexec === "" ? "not there" : noexec },
  );
  add("kernel BTF", {
    state: "ok",
    value: hasBtf()
      ? "there"
      : "not there: a frame costs a call more, and nothing is missing",
  });
  return { rows, lib, hasFragments, cpus: findCpus().present };
}

function rights(): Finding {
  const missing = missingCapabilities();
  if (missing.length > 0) {
    return {
      state: "fail",
      value: `without ${missing.join(", ")}`,
      remedy: `run it with sudo, or give it ${NEEDED.join(", ")}`,
      exitCode: EXIT.notPermitted,
    };
  }
  return {
    state: "ok",
    value: isRoot() ? "root" : [...heldCapabilities()].join(", "),
  };
}

/**
 * Loads the program with small maps, and tries what it needs of the kernel.
 *
 * @returns whether it takes frames of several buffers
 */
function programChecks(
  lib: Libbpf,
  add: (name: string, finding: Finding) => void,
): boolean {
  const messages: string[] = [];
  try {
    using object = withMessages(
      lib,
      messages,
      undefined,
      () =>
        loadObject(lib, {
          ...LOAD_DEFAULTS,
          maxSources: 1,
        }),
    );
    add("program", { state: "ok", value: "loaded and verified" });
    add("frames of several buffers", {
      state: "ok",
      value: object.hasFragments
        ? "yes"
        : "no: large MTUs take generic mode (Linux 5.18 has it)",
    });
    add("JIT", {
      state: isJited(lib, object.programFd) ? "ok" : "note",
      ...(isJited(lib, object.programFd) ? { value: "on" } : {
        value: "off: the program is interpreted, many times slower",
        remedy: "sysctl net.core.bpf_jit_enable=1",
      }),
    });
    add("XDP links", xdpLinks(object));
    return object.hasFragments;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { why, remedy, exitCode } = adviceFor(error, {
      interfaceName: "",
      driver: "",
      mtu: 0,
      maxSources: 1,
      mode: "auto",
      missing: missingCapabilities(),
    });
    add("program", {
      state: "fail",
      value: `${why}: ${errnoText(error.errno)}`,
      remedy,
      exitCode,
    });
    return false;
  }
}

/**
 * Asks for a native link on loopback, which has no native mode: a kernel with
 * links for XDP says so, one without does not take the question.
 */
function xdpLinks(object: LoadedObject): Finding {
  const index = findInterface("lo")?.index;
  if (index === undefined) {
    return { state: "note", value: "not known: there is no lo" };
  }
  try {
    using _ = attachIn("native", object, index);
  } catch (error) {
    if (!(error instanceof AttachError)) throw error;
    if (error.errno === ERRNO.EINVAL) return tooOld(error);
  }
  return { state: "ok", value: "yes" };
}

function tooOld({ errno }: CallError): Finding {
  return {
    state: "fail",
    value: errnoText(errno),
    remedy: "Linux 5.10 or later is needed",
    exitCode: EXIT.unsupported,
  };
}

function memlock(): string {
  const limits = read("/proc/self/limits");
  const soft = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1] ?? "unknown";
  return /^\d+$/.test(soft) ? formatBytes(BigInt(soft)) : soft;
}

/** Where the loader found it, in brackets; empty for the embedded one. */
function pathOfLibbpf(): string {
  const path = /\s(\/\S*\/libbpf\.so\S*)$/m.exec(read("/proc/self/maps"))?.[1];
  return path === undefined ? "" : ` (${path})`;
}

/** A file's text without its newline; empty: it is not there for us. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path).trimEnd();
  } catch {
    return "";
  }
}
