/** The filter of `top` (key `/`). */
import { parseAddress } from "../basics/address.ts";
import { parseFilter } from "../basics/network_filter.ts";
import { NetworkTrie } from "../packets/network_trie.ts";

/** Selects rows by their source, or by their key. */
export interface RowFilter {
  /** As the user typed it. */
  readonly text: string;
  /** It is about sources, as `--filter` is; else about the text of keys. */
  readonly isOfSources: boolean;
  /**
   * @param source the bytes of an address; undefined: sources are not counted
   * @param key of the row on the screen
   */
  matches(source: Uint8Array | undefined, key: string): boolean;
}

/**
 * Parses a filter: a list of networks as `--filter` takes it, or else a part of a
 * key.
 *
 * @throws {RangeError} the list is wrong
 * @example
 * parseRowFilter("10.0.0.0/8,!10.1.0.0/16"); // these sources
 * parseRowFilter("0.1"); // keys like 10.0.0.1
 */
export function parseRowFilter(text: string): RowFilter {
  const isOfSources = /[/!]/.test(text) ||
    text.split(",").some((part) => parseAddress(part) !== undefined);
  if (!isOfSources) {
    const part = text.toLowerCase();
    return { text, isOfSources, matches: (_, key) => key.includes(part) };
  }
  const filter = parseFilter(text);
  const ipv4 = new NetworkTrie("ipv4", filter);
  const ipv6 = new NetworkTrie("ipv6", filter);
  return {
    text,
    isOfSources,
    matches: (source) =>
      source !== undefined &&
      (source.length === 4 ? ipv4 : ipv6).keeps(source, 0),
  };
}
