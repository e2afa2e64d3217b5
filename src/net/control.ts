/** A socket for the ioctls that ask about an interface, or change its offloads. */
import { CallError, checked, ERRNO, lastErrno, rescue } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString, fieldText } from "../ffi/memory.ts";

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

  /**
   * Opens a socket of the first address family that is allowed: device ioctls work
   * on any.
   *
   * @throws {CallError}
   */
  constructor() {
    const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
    const SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000;
    let fd = -1;
    for (const family of [AF_INET, AF_INET6, AF_UNIX, AF_NETLINK]) {
      fd = libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (fd >= 0) break;
    }
    this.#fd = checked("socket", fd);
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

  /** The name of an interface; undefined: none has this index. @throws {CallError} */
  name(index: number): string | undefined {
    const SIOCGIFNAME = 0x8910;
    const ifreq = new Uint8Array(IFREQ_SIZE);
    new DataView(ifreq.buffer).setInt32(IFNAMSIZ, index, true);
    return rescue(() => {
      checked("ioctl", libc.ioctl(this.#fd, BigInt(SIOCGIFNAME), ifreq));
      return fieldText(ifreq, 0, IFNAMSIZ);
    }, (error) => {
      if (error.errno !== ERRNO.ENODEV) throw error;
      return undefined;
    });
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
