import { parseAddress } from "../basics/address.ts";
import { parseNetwork } from "../basics/network_filter.ts";
import { masked } from "../basics/prefix.ts";

/** A choice of sources by their address. */
export interface RowFilter {
  /** As it was typed. */
  readonly text: string;
  matches(source: { ip: string; address: Uint8Array }): boolean;
}

/**
 * `10.0.0.0/8`, `!2001:db8::/32` or an address choose by bits; any other text
 * by being a part of the address.
 *
 * @throws {RangeError} a slash, and no network around it
 */
export function parseRowFilter(text: string): RowFilter {
  if (!text.includes("/") && parseAddress(text) === undefined) {
    const part = text.toLowerCase();
    return { text, matches: ({ ip }) => ip.includes(part) };
  }
  const { address: network, length, isKept } = parseNetwork(text);
  const isIn = (address: Uint8Array) =>
    address.length === network.length &&
    masked(address, length).every((byte, at) => byte === network[at]);
  return { text, matches: ({ address }) => isIn(address) === isKept };
}
