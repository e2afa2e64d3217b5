/** Asks the kernel for interfaces by ioctls, where netlink is denied. */
import { ERRNO, rescue } from "../ffi/errno.ts";
import { cString } from "../ffi/memory.ts";
import { type ControlSocket, IFNAMSIZ } from "./control.ts";
import { ownCounters } from "./counters.ts";
import { driverName } from "./ethtool.ts";
import type { Interface } from "./rtnetlink.ts";

const SIOCGIFFLAGS = 0x8913, SIOCGIFMTU = 0x8921, SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;

/** Kinds of interfaces that are named like their driver; tunnels since Linux 5.16. */
const KINDS = new Set([
  "bridge",
  "dummy",
  "geneve",
  "gre",
  "gretap",
  "ifb",
  "ip6gre",
  "ip6gretap",
  "ip6tnl",
  "ipip",
  "ipvlan",
  "macvlan",
  "sit",
  "team",
  "tun",
  "veth",
  "vrf",
  "vxlan",
  "wireguard",
]);

/** The kind of interface that a driver makes; empty: it does not say. */
function kindOfDriver(driver: string): string {
  if (driver === "bonding") return "bond";
  if (driver === "802.1Q VLAN Support") return "vlan";
  return KINDS.has(driver) ? driver : "";
}

/** The interface of a name or an index; undefined: there is none. @throws {CallError} */
export function findByIoctl(
  socket: ControlSocket,
  wanted: string | number,
): Interface | undefined {
  const asked = typeof wanted === "number" ? socket.name(wanted) : wanted;
  if (asked === undefined) return undefined;
  // The kernel would cut the name there, or after 15 bytes.
  if (asked.includes(":") || cString(asked).length > IFNAMSIZ) return undefined;
  const ask = (request: number) => socket.ask(request, asked);
  return rescue(() => {
    const index = ask(SIOCGIFINDEX).getInt32(IFNAMSIZ, true);
    return {
      name: socket.name(index) ?? asked,
      index,
      flags: ask(SIOCGIFFLAGS).getUint16(IFNAMSIZ, true),
      mtu: ask(SIOCGIFMTU).getInt32(IFNAMSIZ, true),
      hardwareType: ask(SIOCGIFHWADDR).getUint16(IFNAMSIZ, true),
      kind: kindOfDriver(driverName(socket, asked)),
    };
  }, (error) => {
    if (error.errno !== ERRNO.ENODEV) throw error;
    return undefined;
  });
}

/** All interfaces; none if /proc cannot be read. @throws {CallError} */
export function listByIoctl(socket: ControlSocket): Interface[] {
  return [...ownCounters().keys()].flatMap((name) =>
    findByIoctl(socket, name) ?? []
  );
}
