import { CallError, check, lastErrno } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";

/** The size of a name field, its NUL included. @see linux/if.h */
export const IFNAMSIZ = 16;
const IFREQ_SIZE = 40;
const SIOCETHTOOL = 0x8946;

/** A socket that carries interface ioctls. @see netdevice(7) */
export class ControlSocket implements Disposable {
  readonly #fd: number;

  /** @throws {CallError} */
  constructor() {
    const AF_INET = 2, AF_INET6 = 10, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000;
    const open = (family: number) =>
      libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const fd = open(AF_INET);
    this.#fd = fd >= 0 ? fd : check("socket", open(AF_INET6));
  }

  /**
   * struct ifreq after `request`.
   *
   * @throws {CallError}
   */
  ask(request: number, name: string): DataView {
    const ifreq = ifreqOf(name);
    check("ioctl", libc.ioctl(this.#fd, BigInt(request), ifreq));
    return new DataView(ifreq.buffer);
  }

  /**
   * Runs a command of linux/ethtool.h, which is changed in place.
   *
   * @throws {CallError} also where the driver does not have the command
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
