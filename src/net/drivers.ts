/**
 * Drivers whose native attach (and detach) resets queues or the whole link,
 * so that traffic stops for a moment: read in their kernel sources, in
 * ndo_bpf. On ena an instance was lost (amzn-drivers#127). The likes of
 * virtio_net, veth, netvsc and mana change nothing that traffic would notice.
 */
const RESETS_LINK: ReadonlySet<string> = new Set([
  "bnxt_en",
  "ena",
  "gve",
  "gvnic",
  "i40e",
  "ice",
  "igb",
  "ixgbe",
  "mlx5_core",
]);

/** Why `--mode auto` should not try native on this driver; undefined: it may. */
export function reasonToAvoidNative(driver: string): string | undefined {
  return RESETS_LINK.has(driver)
    ? `driver ${driver} resets the link on a native attach; --mode native does it all the same`
    : undefined;
}
