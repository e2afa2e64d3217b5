/** Why the kernel refuses to load or attach, and what helps, by call and errno. */
import { EXIT, type ExitCode } from "../basics/errors.ts";
import { type CallError, ERRNO } from "../ffi/errno.ts";

/** What was being done when a call failed. */
interface Circumstances {
  readonly interfaceName: string;
  readonly driver: string;
  readonly mtu: number;
  readonly maxSources: number;
  readonly mode: string;
  /** Capabilities that this process lacks for loading and attaching. */
  readonly missing: readonly string[];
  /** The program that is on the interface, in words. */
  readonly holder?: string | undefined;
}

/** The cause of a failure, and the remedy. */
interface Advice {
  readonly exitCode: ExitCode;
  readonly why: string;
  readonly remedy: string;
}

export type Explain = (at: Circumstances) => Advice;

/** By the call that failed and its errno. */
export type AdviceTable = Readonly<
  Record<string, Readonly<Record<number, Explain>>>
>;

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

export const noMemory: Explain = ({ maxSources }) => ({
  exitCode: EXIT.failure,
  why: `no memory for the maps of ${maxSources} sources`,
  remedy: "give a smaller --max-sources",
});

const oldKernel: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel does not take it",
  remedy: "-v shows its own words; Linux 5.10 or later is needed",
});

/** What every hook may meet. */
const COMMON: AdviceTable = {
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
    [ERRNO.EINVAL]: oldKernel,
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
    [ERRNO.ENOMEM]: noMemory,
    [ERRNO.EMFILE]: tooManyFiles,
  },
};

/**
 * The cause of an error and its remedy.
 *
 * @param ofHook what only the hook in question meets
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
    remedy: "-v shows what libbpf says",
  };
}
