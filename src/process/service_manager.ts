/** Tells the service manager (systemd) how the run is, without a library of its own. */
import { call, type CallError, ERRNO, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** What a message is: a name and its value. @see sd_notify(3) */
export type Assignment = `${string}=${string}`;

const AF_UNIX = 1;

/**
 * The socket of the service manager that started this process. What it does not take
 * now, because too much waits there, is sent with the next message.
 *
 * @example
 * ```ts
 * ServiceManager.ofProcess((error) => log.warn(error.message))
 *   ?.tell("READY=1", "STATUS=Counting on eth0");
 * ```
 * @see sd_notify(3), sd_watchdog_enabled(3)
 */
export class ServiceManager {
  readonly #socket: number;
  readonly #address: Uint8Array<ArrayBuffer>;
  readonly #onFailure: (error: CallError) => void;
  /** How long it waits for a sign of life, in ms; undefined: it waits for none. */
  readonly patience: number | undefined;
  #unsent = new Set<Assignment>();
  #hasFailed = false;

  private constructor(
    name: string,
    patience: number | undefined,
    onFailure: (error: CallError) => void,
  ) {
    const SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000;
    this.#address = addressOf(name);
    this.#socket = call(libc, "socket", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    this.patience = patience;
    this.#onFailure = onFailure;
  }

  /**
   * The one that waits to hear of this process; undefined: none does.
   *
   * @param onFailure gets the first failure to reach it: the run goes on
   */
  static ofProcess(
    onFailure: (error: CallError) => void,
  ): ServiceManager | undefined {
    const name = Deno.env.get("NOTIFY_SOCKET") ?? "";
    // vsock: is for virtual machines.
    if (!/^[/@]./.test(name)) return undefined;
    return rescue(
      () => new ServiceManager(name, patience(), onFailure),
      (error) => void onFailure(error),
    );
  }

  /** Sends assignments as one message. Does not wait. */
  tell(...assignments: readonly Assignment[]): void {
    for (const each of assignments) this.#unsent.add(each);
    const MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;
    const message = new TextEncoder().encode([...this.#unsent].join("\n"));
    rescue(() => {
      call(
        libc,
        "sendto",
        this.#socket,
        message,
        BigInt(message.length),
        MSG_DONTWAIT | MSG_NOSIGNAL,
        this.#address,
        this.#address.length,
      );
      this.#unsent.clear();
    }, (error) => {
      if (error.errno === ERRNO.EAGAIN || this.#hasFailed) return;
      this.#hasFailed = true;
      this.#onFailure(error);
    });
  }
}

/** WATCHDOG_USEC in ms, if it is meant for this process. */
function patience(): number | undefined {
  const time = Number(Deno.env.get("WATCHDOG_USEC"));
  const pid = Deno.env.get("WATCHDOG_PID") ?? String(Deno.pid);
  return time > 0 && pid === String(Deno.pid) ? time / 1000 : undefined;
}

/** struct sockaddr_un. @param name `@` begins an abstract one. @see unix(7) */
function addressOf(name: string): Uint8Array<ArrayBuffer> {
  const path = new TextEncoder().encode(name);
  const isAbstract = name.startsWith("@");
  // An abstract name has no NUL at its end, a path has one.
  const address = new Uint8Array(2 + path.length + (isAbstract ? 0 : 1));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(path, 2);
  if (isAbstract) address[2] = 0;
  return address;
}
