/** The UDP ports of tunnels. */
import {
  type TunnelName,
  type TunnelPort,
  WELL_KNOWN_PORTS,
} from "../basics/tunnels.ts";

/** By port, to what a tunnel's packets are sent. */
export class TunnelPorts {
  readonly #tunnels = new Map<number, TunnelName>();
  /** Asked for each UDP packet: most ports belong to none. */
  readonly #isKnown = new Uint8Array(0x10000);

  /** @param more other ports, besides the well-known ones */
  constructor(more: Iterable<TunnelPort> = []) {
    for (const [tunnel, port] of [...WELL_KNOWN_PORTS, ...more]) {
      this.#tunnels.set(port, tunnel);
      this.#isKnown[port] = 1;
    }
  }

  /** The tunnel whose packets are sent to `port`; undefined: none. */
  at(port: number): TunnelName | undefined {
    return this.#isKnown[port] === 0 ? undefined : this.#tunnels.get(port);
  }
}
