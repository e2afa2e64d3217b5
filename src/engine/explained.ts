/** Explains to the operator, in one line, why loading or attaching failed. */
import { Failure } from "../basics/errors.ts";
import { Holders } from "../bpf/holder.ts";
import { type Libbpf, withMessages } from "../bpf/library.ts";
import { AttachError } from "../bpf/link.ts";
import { ERRNO, errnoText, rescue } from "../ffi/errno.ts";
import { adviceFor } from "../hooks/advice.ts";
import type { Hook } from "../hooks/hook.ts";
import { findInterface, type NetInterface } from "../net/interfaces.ts";
import {
  isInUserNamespace,
  missingCapabilities,
} from "../process/capabilities.ts";
import type { Counting } from "./options.ts";

/** What was being done, by the call that failed. */
const PURPOSES: Readonly<Record<string, string>> = {
  bpf_object__load: "load the program for",
  bpf_map__set_max_entries: "load the program for",
  mmap: "load the program for",
  bpf_link_create: "attach to",
  bpf_raw_tracepoint_open: "attach to the XDP program of",
};

// The process is examined further for these errors only: that may fail as well.
const PERMISSION = new Set<number>([ERRNO.EPERM, ERRNO.EACCES]);
const BUSY = new Set<number>([ERRNO.EBUSY, ERRNO.EEXIST]);

/** What an explanation of a failure needs to know. */
export interface Context {
  readonly lib: Libbpf;
  readonly counting: Pick<Counting, "keying" | "mode" | "maxSources">;
  /** Gets every line that libbpf prints. */
  readonly tell: ((line: string) => void) | undefined;
}

/**
 * Loads or attaches.
 *
 * @returns what `action` returns
 * @throws {Failure} what failed, why, and what to do
 */
export function explained<T>(
  { lib, counting: { mode, maxSources }, tell }: Context,
  { name, index, driver, mtu }: NetInterface,
  hook: Hook,
  action: () => T,
): T {
  const messages: string[] = [];
  return rescue(() => withMessages(lib, messages, tell, action), (error) => {
    const { errno } = error;
    const { exitCode, why, remedy } = adviceFor(error, {
      interfaceName: name,
      driver,
      mtu,
      maxSources,
      mode: error instanceof AttachError ? error.mode : mode,
      missing: PERMISSION.has(errno) ? missingCapabilities() : [],
      isInUserNamespace: isInUserNamespace(),
      holder: BUSY.has(errno) ? holderOf(lib, index) : undefined,
    }, hook.advice);
    throw new Failure(
      exitCode,
      `Cannot ${PURPOSES[error.call] ?? "set up"} "${name}": ` +
        `${why}: ${errnoText(errno)}; ${remedy}`,
      messages.join("\n"),
    );
  });
}

/** The XDP program that is on an interface now; undefined: none, or unknown. */
function holderOf(lib: Libbpf, index: number): string | undefined {
  const id = findInterface(index)?.xdpProgram;
  return id === undefined ? undefined : new Holders(lib).describe(id);
}
