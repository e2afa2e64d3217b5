/** Explains why the kernel refuses to load or attach, and what helps. */
import { EXIT, type ExitCode } from "../basics/errors.ts";
import { type CallError, ERRNO } from "../ffi/errno.ts";

/** What an explanation may mention. */
interface Circumstances {
  readonly interfaceName: string;
  readonly driver: string;
  readonly mtu: number;
  readonly maxSources: number;
  readonly mode: string;
  /** Capabilities for loading and attaching that this process lacks. */
  readonly missing: readonly string[];
  /** Its capabilities are of another user namespace than the machine's. */
  readonly isInUserNamespace: boolean;
  /** The program that is on the interface, as `Holders` words it. */
  readonly holder?: string | undefined;
}

/** The cause of a failure, and the remedy. */
interface Advice {
  readonly exitCode: ExitCode;
  readonly why: string;
  readonly remedy: string;
}

export type Explain = (at: Circumstances) => Advice;

/** Explanations by the call that failed and its errno. */
export type AdviceTable = Readonly<
  Record<string, Readonly<Record<number, Explain>>>
>;

/** Why root of a container cannot count, and what helps. */
export const USER_NAMESPACE = {
  exitCode: EXIT.notPermitted,
  why: "root of a user namespace has no rights over the kernel's BPF",
  remedy: "run it as the host's root",
} as const;

const notPermitted: Explain = ({ missing, isInUserNamespace }) =>
  isInUserNamespace ? USER_NAMESPACE : missing.length === 0
    ? {
      exitCode: EXIT.notPermitted,
      why:
        "the kernel refuses bpf() although this process has the capabilities",
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
  why: "each interface and direction needs about 24 open files",
  remedy: "raise the limit (ulimit -n)",
});

const busy: Explain = ({ interfaceName, holder }) => ({
  exitCode: EXIT.busy,
  why: holder === undefined
    ? "another XDP program holds it"
    : `${holder} holds it`,
  remedy:
    `stop it first (to inspect it: bpftool net show dev ${interfaceName}), or count beside it with --hook observe or --hook tc`,
});

export const noMemory: Explain = ({ maxSources }) => ({
  exitCode: EXIT.failure,
  why: `no memory for the maps of ${maxSources} sources`,
  remedy: "give a smaller --max-sources",
});

const oldKernel: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel rejects the program",
  remedy: "use Linux 5.10 or later; -v shows the reasons",
});

/** Refusals that any hook may meet. */
const COMMON: AdviceTable = {
  bpf_object__load: {
    [ERRNO.EPERM]: notPermitted,
    [ERRNO.EACCES]: (at) =>
      at.missing.length === 0 ? oldKernel(at) : notPermitted(at),
    [ERRNO.ENOSYS]: () => ({
      exitCode: EXIT.unsupported,
      why: "the kernel lacks bpf(), or a seccomp filter hides it",
      remedy: "allow bpf() in the filter, or use a kernel with BPF",
    }),
    [ERRNO.ENOMEM]: noMemory,
    [ERRNO.E2BIG]: noMemory,
    [ERRNO.EINVAL]: oldKernel,
    [ERRNO.LIBBPF_VERIFY]: oldKernel,
    [ERRNO.EOPNOTSUPP]: oldKernel, // libbpf 0.x, before Linux 5.2
    [ERRNO.EMFILE]: tooManyFiles,
  },
  bpf_map__set_max_entries: { [ERRNO.E2BIG]: noMemory },
  mmap: { [ERRNO.ENOMEM]: noMemory },
  bpf_link_create: {
    [ERRNO.EPERM]: notPermitted,
    [ERRNO.EBUSY]: busy,
    [ERRNO.EEXIST]: busy,
    [ERRNO.ENODEV]: () => ({
      exitCode: EXIT.noInterface,
      why: "the interface is gone",
      remedy: "xdptally -D lists the interfaces",
    }),
    [ERRNO.ENOMEM]: noMemory,
    [ERRNO.EMFILE]: tooManyFiles,
  },
};

/**
 * The cause of a failed call, and the remedy.
 *
 * @param ofHook explanations of the hook; they precede the common ones
 */
export function adviceFor(
  error: CallError,
  at: Circumstances,
  ofHook: AdviceTable = {},
): Advice {
  const explain = ofHook[error.call]?.[error.errno] ??
    COMMON[error.call]?.[error.errno];
  return explain?.(at) ?? {
    exitCode: EXIT.failure,
    why: `${error.call} failed`,
    remedy: "-v shows libbpf's messages",
  };
}
