/** Finds the network interfaces of this namespace, and what they are. */
import { CallError, ERRNO, lastErrno } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString, fieldText } from "../ffi/memory.ts";
import { ControlSocket, IFNAMSIZ } from "./control.ts";
import { driverName } from "./ethtool.ts";

/**
 * A network interface of this process's namespace, as ioctls describe it;
 * /sys/class/net may show another namespace, that of the mount.
 */
export interface NetInterface {
  /** The name that it was looked up by; it may be an alternative name. */
  readonly asked: string;
  readonly name: string;
  readonly index: number;
  readonly isUp: boolean;
  readonly mtu: number;
  /** ARPHRD_* of linux/if_arp.h. */
  readonly hardwareType: number;
  /** The driver's name; empty if there is none (loopback). */
  readonly driver: string;
}

/**
 * Names and indexes of all interfaces, in the kernel's order.
 *
 * @throws {CallError}
 * @see if_nameindex(3)
 */
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
 * The current name of an interface; undefined: no interface has this index.
 *
 * @throws {CallError} the kernel refused to say
 */
export function interfaceName(index: number): string | undefined {
  const name = new Uint8Array(IFNAMSIZ);
  if (libc.if_indextoname(index, name) === null) {
    return noneFor("if_indextoname", lastErrno());
  }
  return fieldText(name, 0, IFNAMSIZ);
}

/**
 * Describes an interface; undefined: there is none with this name.
 *
 * @throws {CallError} the kernel refused to say
 *
 * @example
 * findInterface("lo")?.mtu; // 65536
 */
export function findInterface(asked: string): NetInterface | undefined {
  if (asked.length >= IFNAMSIZ) return undefined;
  const index = libc.if_nametoindex(cString(asked));
  if (index === 0) return noneFor("if_nametoindex", lastErrno());
  // The kernel also accepts `eth0:` and alternative names; this is its own name.
  const name = interfaceName(index) ?? asked;
  using socket = new ControlSocket();
  return {
    asked,
    name,
    index,
    isUp:
      (socket.ask(SIOCGIFFLAGS, name).getInt16(IFNAMSIZ, true) & IFF_UP) !== 0,
    mtu: socket.ask(SIOCGIFMTU, name).getInt32(IFNAMSIZ, true),
    hardwareType: socket.ask(SIOCGIFHWADDR, name).getUint16(IFNAMSIZ, true),
    driver: driverName(socket, name),
  };
}

/** Returns undefined if `errno` means "no such interface". @throws {CallError} */
function noneFor(call: string, errno: number): undefined {
  if (errno !== ERRNO.ENODEV && errno !== ERRNO.ENXIO) {
    throw new CallError(call, errno);
  }
}

const SIOCGIFFLAGS = 0x8913, SIOCGIFMTU = 0x8921, SIOCGIFHWADDR = 0x8927;
const IFF_UP = 1;
