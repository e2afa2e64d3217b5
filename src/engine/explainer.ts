/** Puts what fails while loading and attaching into one line for the operator. */
import { Failure } from "../basics/errors.ts";
import { describeHolder } from "../bpf/holder.ts";
import { type Libbpf, withMessages } from "../bpf/library.ts";
import { AttachError } from "../bpf/link.ts";
import { CallError, ERRNO, errnoText } from "../ffi/errno.ts";
import { adviceFor } from "../hooks/advice.ts";
import type { Hook } from "../hooks/hook.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { missingCapabilities } from "../process/capabilities.ts";
import type { Counting } from "./options.ts";

/** What a call was for. */
const PURPOSES: Readonly<Record<string, string>> = {
  bpf_object__load: "load the program for",
  bpf_map__set_max_entries: "load the program for",
  mmap: "load the program for",
  bpf_link_create: "attach to",
};

// Only these errors are looked into further, since that may fail as well.
const PERMISSION = new Set<number>([ERRNO.EPERM, ERRNO.EACCES]);
const TAKEN = new Set<number>([ERRNO.EBUSY, ERRNO.EEXIST]);

export class Explainer {
  readonly #lib: Libbpf;
  readonly #counting: Pick<Counting, "mode" | "maxSources">;
  readonly #tell: ((line: string) => void) | undefined;

  /** @param tell gets all that libbpf says */
  constructor(
    lib: Libbpf,
    counting: Pick<Counting, "mode" | "maxSources">,
    tell: ((line: string) => void) | undefined,
  ) {
    this.#lib = lib;
    this.#counting = counting;
    this.#tell = tell;
  }

  /**
   * What `action` returns.
   *
   * @throws {Failure} what failed, why, and what to do
   */
  explained<T>(netInterface: NetInterface, hook: Hook, action: () => T): T {
    const messages: string[] = [];
    try {
      return withMessages(this.#lib, messages, this.#tell, action);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw this.#failure(error, netInterface, hook, messages);
    }
  }

  #failure(
    error: CallError,
    { name, index, driver, mtu }: NetInterface,
    hook: Hook,
    messages: readonly string[],
  ): Failure {
    const { errno } = error;
    const { mode, maxSources } = this.#counting;
    const { exitCode, why, remedy } = adviceFor(error, {
      interfaceName: name,
      driver,
      mtu,
      maxSources,
      mode: error instanceof AttachError ? error.mode : mode,
      missing: PERMISSION.has(errno) ? missingCapabilities() : [],
      holder: TAKEN.has(errno) ? describeHolder(this.#lib, index) : undefined,
    }, hook.advice);
    return new Failure(
      exitCode,
      `Cannot ${PURPOSES[error.call] ?? "set up"} "${name}": ` +
        `${why}: ${errnoText(errno)}; ${remedy}`,
      messages.join("\n"),
    );
  }
}
