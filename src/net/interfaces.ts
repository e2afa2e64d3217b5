/** Finds the network interfaces of this namespace, and what they are. */
import { ERRNO, rescue } from "../ffi/errno.ts";
import { ControlSocket } from "./control.ts";
import { findByIoctl, listByIoctl } from "./device_ioctls.ts";
import { driverName } from "./ethtool.ts";
import { type Interface, RouteNetlink } from "./rtnetlink.ts";

/** An interface with what else there is to know about it. */
export interface NetInterface extends Interface {
  /** The name that it was looked up by; it may be an alternative name. */
  readonly asked: string;
  readonly isUp: boolean;
  /** The driver's name; empty if there is none (loopback). */
  readonly driver: string;
}

/**
 * All interfaces, in the kernel's order.
 *
 * @throws {CallError}
 */
export function listInterfaces(): NetInterface[] {
  using socket = new ControlSocket();
  const found = withoutNetlink(
    (netlink) => netlink.list(),
    () => listByIoctl(socket),
  );
  return found.map((one) => described(one, one.name, socket));
}

/**
 * Describes an interface; undefined: there is none with this name,
 * alternative name or index.
 *
 * @throws {CallError} the kernel refused to say
 *
 * @example
 * findInterface("lo")?.mtu; // 65536
 */
export function findInterface(
  asked: string | number,
): NetInterface | undefined {
  using socket = new ControlSocket();
  const found = withoutNetlink(
    (netlink) => netlink.find(asked),
    () => findByIoctl(socket, asked),
  );
  const name = typeof asked === "number" ? found?.name : asked;
  return found && described(found, name ?? found.name, socket);
}

/**
 * The current name of an interface; undefined: no interface has this index.
 *
 * @throws {CallError} the kernel refused to say
 */
export function interfaceName(index: number): string | undefined {
  using socket = new ControlSocket();
  return socket.name(index);
}

/** Asks by netlink, or `otherwise` where its address family is denied. */
function withoutNetlink<T>(
  ask: (netlink: RouteNetlink) => T,
  otherwise: () => T,
): T {
  return rescue(() => {
    using netlink = new RouteNetlink();
    return ask(netlink);
  }, (error) => {
    if (error.call !== "socket" || !DENIED.has(error.errno)) throw error;
    return otherwise();
  });
}

/** How systemd's RestrictAddressFamilies and seccomp filters refuse a socket. */
const DENIED = new Set<number>([
  ERRNO.EAFNOSUPPORT,
  ERRNO.EPERM,
  ERRNO.EACCES,
]);

function described(
  found: Interface,
  asked: string,
  socket: ControlSocket,
): NetInterface {
  const IFF_UP = 1;
  return {
    ...found,
    asked,
    isUp: (found.flags & IFF_UP) !== 0,
    driver: driverName(socket, found.name),
  };
}

/** Whether a name is not UTF-8, so that no interface is found by what it is read as. */
export function isMangled(name: string): boolean {
  return name.includes("\ufffd");
}
