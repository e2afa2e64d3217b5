import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import { type CallError, ERRNO, errnoText } from "../ffi/errno.ts";

/** Where a call failed, as far as its error can be explained by it. */
interface Circumstances {
  readonly interfaceName: string;
  readonly driver: string;
  readonly mtu: number;
  readonly maxSources: number;
  readonly mode: string;
  /** Capabilities that loading and attaching take and this process lacks. */
  readonly missing: readonly string[];
  /** The XDP program that is on the interface, in words. */
  readonly holder?: string | undefined;
}

/** What a failure is due to, and what helps. */
interface Advice {
  readonly exitCode: ExitCode;
  readonly why: string;
  readonly remedy: string;
}

type Explain = (at: Circumstances) => Advice;

const notPermitted: Explain = ({ missing }) =>
  missing.length === 0
    ? {
      exitCode: EXIT.notPermitted,
      why: "the kernel refuses bpf() although the capabilities are there",
      remedy:
        "look for a seccomp filter (a container, a systemd unit), kernel lockdown or, before Linux 5.11, a memlock limit (ulimit -l)",
    }
    : {
      exitCode: EXIT.notPermitted,
      why: `not permitted without ${missing.join(", ")}`,
      remedy:
        "run it with sudo, or give it CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON",
    };

const tooManyFiles: Explain = () => ({
  exitCode: EXIT.failure,
  why: "each interface takes two dozen open files",
  remedy: "raise the limit (ulimit -n)",
});

const taken: Explain = ({ interfaceName, holder }) => ({
  exitCode: EXIT.busy,
  why: holder === undefined
    ? "another XDP program holds it"
    : `${holder} holds it`,
  remedy: `end that first, or look with: bpftool net show dev ${interfaceName}`,
});

const noMemory: Explain = ({ maxSources }) => ({
  exitCode: EXIT.failure,
  why: `no memory for the maps of ${maxSources} sources`,
  remedy: "give a smaller --max-sources",
});

const noNative: Explain = ({ driver }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${driver || "(unknown)"} has no native XDP`,
  remedy: "use --mode generic",
});

const noTcx: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel has no tcx links",
  remedy:
    "Linux 6.6 or later is needed (an older tc filter would outlive a kill)",
});

const refused: Explain = ({ driver, mtu, mode }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${
    driver || "(unknown)"
  } refuses ${mode} XDP as it is set up now (MTU ${mtu})`,
  remedy: mode === "generic"
    ? "Linux 5.10 or later is needed"
    : "lower the MTU, turn off LRO, free some queues, or use --mode generic",
});

const oldKernel: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel does not take it",
  remedy: "-v shows its own words; Linux 5.10 or later is needed",
});

/** Causes and remedies by the call that failed and its errno. */
const ADVICE: Record<string, Record<number, Explain>> = {
  bpf_object__load: {
    [ERRNO.EPERM]: notPermitted,
    [ERRNO.EACCES]: (at) =>
      at.missing.length === 0 ? oldKernel(at) : notPermitted(at),
    [ERRNO.ENOSYS]: () => ({
      exitCode: EXIT.unsupported,
      why: "there is no bpf() here",
      remedy: "the kernel lacks it, or a seccomp filter hides it",
    }),
    [ERRNO.ENOMEM]: noMemory,
    [ERRNO.E2BIG]: noMemory,
    // libbpf 0.3 does not know tc programs by that name, nor the kernel tcx.
    [ERRNO.EINVAL]: (at) => at.mode === "tc" ? noTcx(at) : oldKernel(at),
    [ERRNO.EOPNOTSUPP]: oldKernel, // libbpf 0.x, before Linux 5.2
    [ERRNO.EMFILE]: tooManyFiles,
  },
  bpf_map__set_max_entries: { [ERRNO.E2BIG]: noMemory },
  mmap: { [ERRNO.ENOMEM]: noMemory },
  bpf_link_create: {
    [ERRNO.EPERM]: notPermitted,
    [ERRNO.EBUSY]: taken,
    [ERRNO.EEXIST]: taken,
    [ERRNO.ENODEV]: () => ({
      exitCode: EXIT.noInterface,
      why: "it is gone",
      remedy: "xdptally -D lists the interfaces",
    }),
    [ERRNO.EOPNOTSUPP]: noNative,
    [ERRNO.ENOTSUPP]: noNative,
    [ERRNO.EINVAL]: (at) => at.mode === "tc" ? noTcx(at) : refused(at),
    [ERRNO.ERANGE]: refused,
    [ERRNO.ENOSPC]: refused,
    // No map is made here: it is the driver that lacks queues, mostly.
    [ERRNO.ENOMEM]: (at) => at.mode === "native" ? refused(at) : noMemory(at),
    [ERRNO.EMFILE]: tooManyFiles,
  },
};

const WORDS: Record<string, string> = {
  bpf_object__load: "load the program for",
  bpf_map__set_max_entries: "load the program for",
  mmap: "load the program for",
  bpf_link_create: "attach to",
};

/** The cause and the remedy, as far as they can be told. */
export function adviceFor(error: CallError, at: Circumstances): Advice {
  return ADVICE[error.call]?.[error.errno]?.(at) ?? {
    exitCode: EXIT.failure,
    why: `${error.call} failed`,
    remedy: "-v shows what libbpf says",
  };
}

/** The line for an operator: what failed, why, and what to do. */
export function explain(
  error: CallError,
  at: Circumstances,
  messages: readonly string[],
): Failure {
  const { exitCode, why, remedy } = adviceFor(error, at);
  return new Failure(
    exitCode,
    `Cannot ${WORDS[error.call] ?? "set up"} "${at.interfaceName}": ` +
      `${why}: ${errnoText(error.errno)}; ${remedy}`,
    messages.join("\n"),
  );
}

/** The line for an interface that the kernel does not even tell about. */
export function explainLookUp(error: CallError, name: string): Failure {
  const isForbidden = FORBIDDEN.has(error.errno);
  return new Failure(
    isForbidden ? EXIT.notPermitted : EXIT.failure,
    `Cannot look up "${name}": ${error.message}` +
      (isForbidden
        ? "; allow sockets (a seccomp filter, RestrictAddressFamilies=)"
        : ""),
  );
}

const FORBIDDEN = new Set<number>([
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.EAFNOSUPPORT,
]);
