/** The filter of `top` (key `/`). */
import { parseAddress } from "../basics/address.ts";
import { parseNetwork } from "../basics/network_filter.ts";
import { masked } from "../basics/prefix.ts";

/** Selects sources by their address. */
export interface RowFilter {
  /** As the user typed it. */
  readonly text: string;
  matches(source: { ip: string; address: Uint8Array }): boolean;
}

/**
 * Parses a filter. A network (`10.0.0.0/8`, `!2001:db8::/32`) or an address selects
 * the sources in it; any other text selects the addresses that contain it.
 *
 * @throws {RangeError} the text has a slash but is not a network
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
