/** Labels of networks: the longest prefix that contains an address decides. */
import type { NameSource, Naming } from "./naming.ts";

/**
 * Labels by network, in a map for each length of prefix that occurs. A trie would
 * be quicker by some, and would take a hundred nodes for each IPv6 address.
 *
 * @example
 * const labels = new LabelTable();
 * labels.add(Uint8Array.of(10, 0, 0, 0), 8, "office");
 * labels.of(Uint8Array.of(10, 1, 2, 3), 32); // { name: "office" }
 */
export class LabelTable implements NameSource {
  readonly fields = ["name"] as const;
  /** By bytes of the address and bits of the prefix. */
  readonly #maps = new Map<string, Map<string, Naming>>();
  /** The lengths that occur, longest first, by bytes of the address. */
  readonly #lengths = new Map<number, number[]>();

  /** Adds a network, unless it is there: the first label counts. */
  add(address: Uint8Array, length: number, name: string): void {
    const id = `${address.length}/${length}`;
    let map = this.#maps.get(id);
    if (map === undefined) {
      map = new Map();
      this.#maps.set(id, map);
      const lengths = this.#lengths.get(address.length) ?? [];
      lengths.push(length);
      this.#lengths.set(address.length, lengths.sort((a, b) => b - a));
    }
    const key = prefixOf(address.toHex(), length);
    if (!map.has(key)) map.set(key, { name });
  }

  of(address: Uint8Array, length: number): Naming {
    const hex = address.toHex();
    for (const bits of this.#lengths.get(address.length) ?? []) {
      if (bits > length) continue;
      const map = this.#maps.get(`${address.length}/${bits}`)!;
      const naming = map.get(prefixOf(hex, bits));
      if (naming !== undefined) return naming;
    }
    return {};
  }
}

/** The first bits of an address, from its hexadecimal digits: quicker than to mask its bytes. */
function prefixOf(hex: string, bits: number): string {
  const whole = hex.slice(0, bits >> 2);
  const rest = bits & 3;
  if (rest === 0) return whole;
  return whole + (parseInt(hex[whole.length]!, 16) >> 4 - rest);
}
