/** Command lines that block a source, to be copied from the screen. */
import { FORMAT_ADDRESS } from "../basics/address.ts";
import { countedAddress } from "./grouping.ts";

/** How a source can be blocked. No line is longer than 80 columns. */
interface BlockLines {
  /** What nft needs once, before its first element. */
  readonly prepare: readonly string[];
  /** Drops the source's packets on their way in. */
  readonly nft: string;
  /** Removes all that the lines for nft have made. */
  readonly nftUndo: string;
  /** Sends nothing to the source any more. */
  readonly route: string;
  readonly routeUndo: string;
}

const TABLE = "inet xdptally";

/** By the bytes of an address: the name of the set, its type, and the header's name. */
const SETS: Record<number, readonly [string, string, string]> = {
  4: ["v4", "ipv4_addr", "ip"],
  16: ["v6", "ipv6_addr", "ip6"],
};

/**
 * The lines for an address or a network, as a row names it.
 *
 * @returns undefined: it is neither, or all addresses
 * @example
 * blockLines("192.0.2.0/24")?.nft; // "nft add element inet xdptally v4 { 192.0.2.0/24 }"
 */
export function blockLines(source: string): BlockLines | undefined {
  const network = networkOf(source);
  if (network === undefined) return undefined;
  const [set, type, header] = SETS[network.size]!;
  const add = (what: string) => `nft add ${what}`;
  return {
    prepare: [
      add(`table ${TABLE}`),
      add(
        `set ${TABLE} ${set} '{ type ${type}; flags interval; auto-merge; }'`,
      ),
      add(
        `chain ${TABLE} pre '{ type filter hook prerouting priority -300; }'`,
      ),
      add(`rule ${TABLE} pre ${header} saddr @${set} drop`),
    ],
    nft: add(`element ${TABLE} ${set} { ${network.text} }`),
    nftUndo: `nft delete table ${TABLE}`,
    route: `ip route add blackhole ${network.text}`,
    routeUndo: `ip route del blackhole ${network.text}`,
  };
}

/** @returns undefined: it is no network, or has every address */
function networkOf(
  source: string,
): { readonly size: number; readonly text: string } | undefined {
  const { bytes, length } = countedAddress(source) ?? {};
  if (bytes === undefined || !(length! > 0)) return undefined;
  const size = bytes.length;
  const text = FORMAT_ADDRESS[size === 4 ? "ipv4" : "ipv6"](bytes);
  return { size, text: length! < size * 8 ? `${text}/${length}` : text };
}
