/** Asks the kernel what a driver can do with XDP. */
import { GenericNetlink } from "./generic_netlink.ts";

/** What the kernel says an interface's driver can do with XDP. */
export interface XdpFeatures {
  /** It runs programs itself (native mode). */
  readonly isNative: boolean;
  /** It passes frames of several buffers to programs, so that any MTU works. */
  readonly hasFragments: boolean;
}

/**
 * Asks the kernel for the XDP features of an interface; undefined: the kernel is
 * older than Linux 6.3, or does not say.
 *
 * @throws {CallError} netlink is not available
 * @see linux/netdev.h, Documentation/netlink/specs/netdev.yaml
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
