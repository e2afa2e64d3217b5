/** The UDP ports of tunnels. */

/** Tunnels over UDP, with the port that IANA gave each. */
const WELL_KNOWN = {
  vxlan: 4789,
  geneve: 6081,
  gtp: 2152,
  l2tp: 1701,
} as const;
export type UdpTunnel = keyof typeof WELL_KNOWN;

/** By port, to what a tunnel's packets are sent. */
export class TunnelPorts {
  readonly #tunnels = new Map<number, UdpTunnel>();
  /** Asked for each UDP packet: most ports belong to none. */
  readonly #isKnown = new Uint8Array(0x10000);

  /** @param more other ports, besides the well-known ones */
  constructor(more: Iterable<readonly [UdpTunnel, number]> = []) {
    const known = Object.entries(WELL_KNOWN) as [UdpTunnel, number][];
    for (const [tunnel, port] of [...known, ...more]) {
      this.#tunnels.set(port, tunnel);
      this.#isKnown[port] = 1;
    }
  }

  /** The tunnel whose packets are sent to `port`; undefined: none. */
  at(port: number): UdpTunnel | undefined {
    return this.#isKnown[port] === 0 ? undefined : this.#tunnels.get(port);
  }
}
