import { CallError, check, ERRNO, lastErrno } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString, fieldText } from "../ffi/memory.ts";

/**
 * The network interfaces of this process's namespace, asked of the kernel by
 * ioctl: /sys/class/net follows the mount, not the namespace.
 */
export interface NetInterface {
  readonly name: string;
  readonly index: number;
  readonly isUp: boolean;
  readonly mtu: number;
  /** ARPHRD_* of linux/if_arp.h. */
  readonly hardwareType: number;
  /** The driver's name; empty where it tells none (loopback). */
  readonly driver: string;
}

/** Names and indexes of all interfaces, in the kernel's order. @see if_nameindex(3) */
export function listInterfaces(): { name: string; index: number }[] {
  const list = libc.if_nameindex();
  if (list === null) throw new CallError("if_nameindex", lastErrno());
  try {
    const found = [];
    // struct if_nameindex { unsigned int if_index; char *if_name; }
    for (let at = 0;; at += 16) {
      const entry = new Deno.UnsafePointerView(list);
      const name = entry.getPointer(at + 8);
      if (name === null) return found;
      found.push({
        name: Deno.UnsafePointerView.getCString(name),
        index: entry.getUint32(at),
      });
    }
  } finally {
    libc.if_freenameindex(list);
  }
}

/**
 * The name that an index has now; undefined: there is no such interface.
 *
 * @throws {CallError} that could not be found out
 */
export function interfaceName(index: number): string | undefined {
  const name = new Uint8Array(IFNAMSIZ);
  if (libc.if_indextoname(index, name) === null) {
    return noneFor("if_indextoname", lastErrno());
  }
  return fieldText(name, 0, IFNAMSIZ);
}

/**
 * What the kernel knows about an interface; undefined: there is none.
 *
 * @throws {CallError} that could not be found out
 */
export function findInterface(name: string): NetInterface | undefined {
  if (name.length >= IFNAMSIZ) return undefined;
  const index = libc.if_nametoindex(cString(name));
  if (index === 0) return noneFor("if_nametoindex", lastErrno());
  // The kernel's own name: `eth0:` and alternative names are taken too.
  name = interfaceName(index) ?? name;
  using socket = new ControlSocket();
  return {
    name,
    index,
    isUp:
      (socket.ask(SIOCGIFFLAGS, name).getInt16(IFNAMSIZ, true) & IFF_UP) !== 0,
    mtu: socket.ask(SIOCGIFMTU, name).getInt32(IFNAMSIZ, true),
    hardwareType: socket.ask(SIOCGIFHWADDR, name).getUint16(IFNAMSIZ, true),
    driver: socket.driver(name),
  };
}

/** Nothing, if that is what `errno` means. */
function noneFor(call: string, errno: number): undefined {
  if (errno !== ERRNO.ENODEV && errno !== ERRNO.ENXIO) {
    throw new CallError(call, errno);
  }
}

/** What a frame on an interface starts with; undefined: neither of the two. */
export function linkLayer(hardwareType: number): "ethernet" | "ip" | undefined {
  const ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772, ARPHRD_NONE = 65534;
  if (hardwareType === ARPHRD_ETHER || hardwareType === ARPHRD_LOOPBACK) {
    return "ethernet";
  }
  return hardwareType === ARPHRD_NONE ? "ip" : undefined;
}

const IFNAMSIZ = 16;
const IFREQ_SIZE = 40;
const SIOCGIFFLAGS = 0x8913, SIOCGIFMTU = 0x8921, SIOCGIFHWADDR = 0x8927;
const SIOCETHTOOL = 0x8946;
const IFF_UP = 1;

/** A socket that carries interface ioctls. @see netdevice(7) */
class ControlSocket implements Disposable {
  readonly #fd: number;

  constructor() {
    const AF_INET = 2, AF_INET6 = 10, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0o2000000;
    const open = (family: number) =>
      libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const fd = open(AF_INET);
    this.#fd = fd >= 0 ? fd : check("socket", open(AF_INET6));
  }

  /** struct ifreq after `request`. */
  ask(request: number, name: string): DataView {
    const ifreq = ifreqOf(name);
    check("ioctl", libc.ioctl(this.#fd, BigInt(request), ifreq));
    return new DataView(ifreq.buffer);
  }

  /**
   * The driver's name; empty where it tells none.
   *
   * @see struct ethtool_drvinfo, linux/ethtool.h
   */
  driver(name: string): string {
    const ETHTOOL_GDRVINFO = 3;
    const info = new Uint8Array(196);
    new DataView(info.buffer).setUint32(0, ETHTOOL_GDRVINFO, true);
    const ifreq = ifreqOf(name);
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(info));
    new DataView(ifreq.buffer).setBigUint64(IFNAMSIZ, BigInt(address), true);
    libc.ioctl(this.#fd, BigInt(SIOCETHTOOL), ifreq);
    return fieldText(info, 4, 32);
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
