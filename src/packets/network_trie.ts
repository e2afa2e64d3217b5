/** Networks by their bits: the longest one that contains an address is found quickly. */
import { grown } from "../basics/growing_array.ts";
import type { NetworkFilter } from "../basics/network_filter.ts";
import type { Family } from "../basics/address.ts";

/** In place of a child, and of what a network says. */
const NONE = 0;
const KEPT = 1, EXCLUDED = 2;

/**
 * A binary trie of one family's networks. A lookup takes a step for each bit of the
 * longest network on its way, however many networks there are.
 *
 * @example
 * const trie = new NetworkTrie("ipv4", parseFilter("10.0.0.0/8,!10.1.0.0/16"));
 * trie.keeps(Uint8Array.of(10, 1, 0, 1), 0); // false
 */
export class NetworkTrie {
  readonly #keepsRest: boolean;
  /** Of node n: the nodes for a bit 0 and a bit 1 at 2n and 2n + 1. Node 0 is the root. */
  #children = new Uint32Array(64);
  /** Of each node, if a network ends there: KEPT or EXCLUDED. */
  #says = new Uint8Array(32);
  #nodes = 1;

  constructor(family: Family, { networks, keepsRest }: NetworkFilter) {
    this.#keepsRest = keepsRest;
    for (const network of networks) {
      if (network.family !== family) continue;
      const node = this.#nodeOf(network.address, network.length);
      this.#says[node] = network.isKept ? KEPT : EXCLUDED;
    }
  }

  /** The node of a network, which is made if there is none. */
  #nodeOf(address: Uint8Array, length: number): number {
    let node = 0;
    for (let bit = 0; bit < length; bit++) {
      const child = node * 2 + (address[bit >> 3]! >> 7 - (bit & 7) & 1);
      if (this.#children[child] === NONE) {
        if (this.#nodes === this.#says.length) this.#grow();
        this.#children[child] = this.#nodes++;
      }
      node = this.#children[child]!;
    }
    return node;
  }

  #grow(): void {
    this.#children = grown(this.#children);
    this.#says = grown(this.#says);
  }

  /** Whether the source at `at` of `bytes` is counted. */
  keeps(bytes: Uint8Array, at: number): boolean {
    const children = this.#children, says = this.#says;
    let last = says[0]!, node = 0;
    for (let bit = 0;; bit++) {
      const isSet = bytes[at + (bit >> 3)]! >> 7 - (bit & 7) & 1;
      node = children[node * 2 + isSet]!;
      if (node === NONE) break; // always behind an address's last bit
      if (says[node] !== NONE) last = says[node]!;
    }
    return last === NONE ? this.#keepsRest : last === KEPT;
  }
}
