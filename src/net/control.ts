/** A socket for the ioctls that ask about an interface, or change its offloads. */
import { CallError, checked, lastErrno } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";

/** Size of a name field, including its NUL. @see linux/if.h */
export const IFNAMSIZ = 16;
const IFREQ_SIZE = 40;
const SIOCETHTOOL = 0x8946;

/**
 * A socket to send interface ioctls through. @see netdevice(7)
 *
 * @example
 * using socket = new ControlSocket();
 * socket.ask(SIOCGIFMTU, "eth0").getInt32(IFNAMSIZ, true);
 */
export class ControlSocket implements Disposable {
  readonly #fd: number;

  /** Opens an IPv4 socket, or IPv6 if the kernel lacks IPv4. @throws {CallError} */
  constructor() {
    const AF_INET = 2, AF_INET6 = 10, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000;
    const open = (family: number) =>
      libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const fd = open(AF_INET);
    this.#fd = fd >= 0 ? fd : checked("socket", open(AF_INET6));
  }

  /**
   * Runs an ioctl that takes an interface.
   *
   * @returns struct ifreq as the kernel left it; the answer is at IFNAMSIZ
   *
   * @throws {CallError}
   */
  ask(request: number, name: string): DataView {
    const ifreq = ifreqOf(name);
    checked("ioctl", libc.ioctl(this.#fd, BigInt(request), ifreq));
    return new DataView(ifreq.buffer);
  }

  /**
   * Runs a command of linux/ethtool.h. The kernel writes the answer into `command`.
   *
   * @throws {CallError} also if the driver does not support the command
   */
  ethtool(name: string, command: Uint32Array<ArrayBuffer>): void {
    const ifreq = ifreqOf(name);
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(command));
    new DataView(ifreq.buffer).setBigUint64(IFNAMSIZ, BigInt(address), true);
    if (libc.ioctl(this.#fd, BigInt(SIOCETHTOOL), ifreq) < 0) {
      throw new CallError("ioctl(SIOCETHTOOL)", lastErrno());
    }
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }
}

function ifreqOf(name: string): Uint8Array<ArrayBuffer> {
  const ifreq = new Uint8Array(IFREQ_SIZE);
  ifreq.set(cString(name));
  return ifreq;
}
