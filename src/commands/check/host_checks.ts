/** Checks the kernel, libbpf and the rights of this process. */
import { EXIT } from "../../basics/errors.ts";
import { formatBytes } from "../../basics/quantity.ts";
import { findCpus } from "../../bpf/cpus.ts";
import { Holders } from "../../bpf/holder.ts";
import { isJited } from "../../bpf/info.ts";
import { type Libbpf, openLibbpf, withMessages } from "../../bpf/library.ts";
import { hasBtf } from "../../bpf/kernel.ts";
import { loadObject } from "../../bpf/load.ts";
import { LOAD_DEFAULTS, type LoadedObject } from "../../bpf/object.ts";
import { ERRNO, errnoText, rescue } from "../../ffi/errno.ts";
import { adviceFor, USER_NAMESPACE } from "../../hooks/advice.ts";
import { NO_TCX, type Obstacles } from "../../hooks/obstacles.ts";
import { tc } from "../../hooks/tc.ts";
import { attachIn } from "../../hooks/xdp.ts";
import { findInterface } from "../../net/interfaces.ts";
import {
  heldCapabilities,
  isInUserNamespace,
  missingCapabilities,
  NEEDED,
} from "../../process/capabilities.ts";
import { isRoot } from "../../process/user.ts";
import { type CheckRow, type Finding, findingOf, ok } from "./check_table.ts";

/** What the checks of interfaces build on. */
export interface HostChecks {
  readonly rows: readonly CheckRow[];
  /** Undefined: libbpf cannot be used. */
  readonly lib: Libbpf | undefined;
  readonly holders: Holders | undefined;
  /** The program gets frames of several buffers. */
  readonly hasFragments: boolean;
  /** Modes that do not work here: the kernel or libbpf refuses the program. */
  readonly refused: Obstacles;
  /** Highest CPU number + 1. */
  readonly cpus: number;
}

/** Checks what all interfaces need. */
export function hostChecks(): HostChecks {
  const rows: CheckRow[] = [];
  const add = (name: string, finding: Finding) =>
    rows.push({ on: "host", name, ...finding });

  add("kernel", ok(Deno.osRelease()));
  add("rights", rights());
  let lib: Libbpf | undefined;
  add(
    "libbpf",
    findingOf(() => {
      lib = openLibbpf();
      return ok(`${lib.name}${pathOfLibbpf()}`);
    }),
  );
  const hasFragments = lib !== undefined && programChecks(lib, add);
  const refused = lib === undefined ? {} : refusedTc(lib);

  add("lockdown", ok(lockdown()));
  const unprivileged = read("/proc/sys/kernel/unprivileged_bpf_disabled");
  add("unprivileged bpf", ok(unprivileged === "0" ? "allowed" : "not allowed"));
  add(
    "memlock",
    ok(
      `${memlock()} (matters only before Linux 5.11, where xdptally raises it)`,
    ),
  );
  add("memfd_noexec", memfdNoexec());
  add(
    "kernel BTF",
    hasBtf() ? ok("available") : {
      state: "note",
      value:
        `not available: each frame costs one more call; at tc ${tc.wrongWithoutBtf}, and the programs before it are unknown`,
    },
  );
  const holders = lib && new Holders(lib);
  return {
    rows,
    lib,
    holders,
    hasFragments,
    refused,
    cpus: findCpus().present,
  };
}

function rights(): Finding {
  if (isInUserNamespace()) {
    const { why: value, remedy, exitCode } = USER_NAMESPACE;
    return { state: "fail", value, remedy, exitCode };
  }
  const missing = missingCapabilities();
  if (missing.length > 0) {
    return {
      state: "fail",
      value: `lacks ${missing.join(", ")}`,
      remedy: `run it with sudo, or give it ${NEEDED.join(", ")}`,
      exitCode: EXIT.notPermitted,
    };
  }
  return ok(isRoot() ? "root" : [...heldCapabilities()].join(", "));
}

/** The mode of kernel lockdown, which securityfs tells. @see kernel_lockdown(7) */
function lockdown(): string {
  const folder = "/sys/kernel/security";
  const mode = /\[(\w+)\]/.exec(read(`${folder}/lockdown`))?.[1];
  if (mode !== undefined) return mode;
  return read(`${folder}/lsm`) === ""
    ? `unknown: securityfs is not mounted on ${folder}`
    : "none";
}

function memfdNoexec(): Finding {
  const value = read("/proc/sys/vm/memfd_noexec");
  return value !== "2" ? ok(value || "not supported") : {
    state: "note",
    value: "2: the embedded libbpf could not be used",
    remedy: "keep the system's libbpf, or set vm.memfd_noexec below 2",
  };
}

/**
 * Loads the program with small maps, and tries what it needs from the kernel.
 *
 * @returns whether the program gets frames of several buffers
 */
function programChecks(
  lib: Libbpf,
  add: (name: string, finding: Finding) => void,
): boolean {
  const load = () => loadObject(lib, { ...LOAD_DEFAULTS, maxSources: 1 });
  return rescue(() => {
    using object = withMessages(lib, [], undefined, load);
    add("program", ok("loaded and verified"));
    add(
      "frames of several buffers",
      ok(
        object.hasFragments
          ? "yes"
          : "no: large MTUs need generic mode (before Linux 5.18)",
      ),
    );
    add(
      "JIT",
      isJited(lib, object.programFd) ? ok("on") : {
        state: "note",
        value: "off: the program is interpreted, many times slower",
        remedy: "sysctl net.core.bpf_jit_enable=1",
      },
    );
    add("XDP links", xdpLinks(object));
    return object.hasFragments;
  }, (error) => {
    const { why, remedy, exitCode } = adviceFor(error, {
      interfaceName: "",
      driver: "",
      mtu: 0,
      maxSources: 1,
      mode: "auto",
      missing: missingCapabilities(),
      isInUserNamespace: isInUserNamespace(),
    });
    const value = `${why}: ${errnoText(error.errno)}`;
    add("program", { state: "fail", value, remedy, exitCode });
    return false;
  });
}

/** Why the program for tc cannot be loaded; empty if it can. */
function refusedTc(lib: Libbpf): Obstacles {
  const { program, takesFragments } = tc;
  const options = { ...LOAD_DEFAULTS, program, takesFragments, maxSources: 1 };
  return rescue(() => {
    using _ = withMessages(lib, [], undefined, () => loadObject(lib, options));
    return {};
  }, ({ errno }) => ({
    tc: {
      why: `the program for tc cannot be loaded: ${errnoText(errno)}`,
      remedy: NO_TCX.remedy,
    },
  }));
}

/**
 * Asks for a native link on loopback, which has no native mode. A kernel with XDP
 * links refuses for that reason, one without with EINVAL.
 */
function xdpLinks(object: LoadedObject): Finding {
  const index = findInterface("lo")?.index;
  if (index === undefined) {
    return {
      state: "note",
      value: "unknown: the loopback interface is missing",
    };
  }
  return rescue(() => {
    using _ = attachIn("native", object, index);
    return ok("yes");
  }, ({ errno }) => errno === ERRNO.EINVAL ? tooOld(errno) : ok("yes"));
}

function tooOld(errno: number): Finding {
  return {
    state: "fail",
    value: errnoText(errno),
    remedy: "use Linux 5.10 or later",
    exitCode: EXIT.unsupported,
  };
}

function memlock(): string {
  const limits = read("/proc/self/limits");
  const soft = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1] ?? "unknown";
  return /^\d+$/.test(soft) ? formatBytes(BigInt(soft)) : soft;
}

/** The path of the system's libbpf, in brackets; empty for the embedded one. */
function pathOfLibbpf(): string {
  const path = /\s(\/\S*\/libbpf\.so\S*)$/m.exec(read("/proc/self/maps"))?.[1];
  return path === undefined ? "" : ` (${path})`;
}

/** A file's text without its newline; empty: it cannot be read. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path).trimEnd();
  } catch {
    return "";
  }
}
