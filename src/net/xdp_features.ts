import { GenericNetlink } from "./netlink.ts";

/** What an interface's driver can do with XDP, by the kernel's word. */
export interface XdpFeatures {
  /** It runs programs itself: native mode. */
  readonly isNative: boolean;
  /** It gives them frames of several buffers, so that any MTU will do. */
  readonly hasFragments: boolean;
}

/**
 * Asks the kernel; undefined: it does not tell (before Linux 6.3).
 *
 * @see linux/netdev.h, Documentation/netlink/specs/netdev.yaml
 * @throws {CallError} there is no netlink
 */
export function xdpFeatures(ifindex: number): XdpFeatures | undefined {
  const DEV_GET = 1, ATTRIBUTE_IFINDEX = 1, ATTRIBUTE_XDP_FEATURES = 3;
  const BASIC = 1, RX_SG = 32;
  using netlink = new GenericNetlink();
  const family = netlink.family("netdev");
  if (family === undefined) return undefined;
  const index = new Uint8Array(Uint32Array.of(ifindex).buffer);
  const features = netlink.ask(family, DEV_GET, ATTRIBUTE_IFINDEX, index)
    ?.get(ATTRIBUTE_XDP_FEATURES)?.getUint32(0, true);
  if (features === undefined) return undefined;
  return {
    isNative: (features & BASIC) !== 0,
    hasFragments: (features & RX_SG) !== 0,
  };
}
