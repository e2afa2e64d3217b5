/** Lists drivers that reset the link for native XDP, or limit the MTU. */

/** What a driver does in native mode. */
interface Driver {
  /** Attaching and detaching interrupt the traffic for a moment. */
  readonly resets?: true;
  /** Largest MTU, in bytes, for a program that takes frames of one buffer only. */
  readonly mtu?: number;
}

/**
 * From the drivers' sources (Linux 6.12, drivers/net): what ndo_bpf does to
 * queues and link, and what it refuses. On ena, a reset has made an instance
 * unreachable (amzn-drivers#127). MTUs are for pages of 4096 bytes.
 */
const DRIVERS: Readonly<Record<string, Driver>> = {
  bnxt_en: { resets: true, mtu: 3502 },
  ena: { resets: true, mtu: 3498 },
  fec: { resets: true },
  fsl_dpaa2_eth: { resets: true },
  fsl_enetc: { resets: true },
  gve: { resets: true, mtu: 2032 },
  gvnic: { resets: true, mtu: 2032 },
  hv_netvsc: { mtu: 3506 },
  i40e: { resets: true, mtu: 3046 },
  ice: { resets: true, mtu: 3046 },
  igb: { resets: true, mtu: 3050 },
  igc: { resets: true, mtu: 1500 },
  ixgbe: { resets: true, mtu: 3050 },
  mana: { mtu: 3506 },
  mlx4_en: { resets: true, mtu: 3498 },
  mlx5_core: { resets: true, mtu: 3498 },
  mvneta: { resets: true },
  nfp: { resets: true },
  st_gmac: { resets: true, mtu: 1500 },
  "thunder-nicvf": { resets: true },
  veth: { mtu: 3504 },
  vif: { resets: true }, // Xen
  virtio_net: { mtu: 3506 },
  vmxnet3: { resets: true },
};

/** Whether attaching in native mode is known to reset the link. */
export function resetsLink(driver: string): boolean {
  return Object.hasOwn(DRIVERS, driver) && DRIVERS[driver]!.resets === true;
}

/** Largest MTU in native mode without fragments; undefined: unknown. */
export function mostMtu(driver: string): number | undefined {
  return Object.hasOwn(DRIVERS, driver) ? DRIVERS[driver]!.mtu : undefined;
}
