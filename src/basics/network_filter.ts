/** Parses `--filter`: the networks whose sources are kept or excluded. */
import { ADDRESS_SIZE, type Family, parseAddress } from "./address.ts";
import { masked } from "./prefix.ts";

/** A network, and whether its sources are kept or excluded. */
interface Network {
  readonly family: Family;
  /** In network byte order; bits after the prefix are 0. */
  readonly address: Uint8Array;
  /** Bits of the prefix. */
  readonly length: number;
  readonly isKept: boolean;
}

/** Which sources are kept: the longest prefix that contains a source decides. */
export interface NetworkFilter {
  /** As the command line has it. */
  readonly text: string;
  readonly networks: readonly Network[];
  /** Whether sources in none of the networks are kept; holds for both families. */
  readonly keepsRest: boolean;
}

/**
 * Parses a list of networks; `!` marks those to exclude. An address without a
 * prefix length is a network of one. If all networks are excluded, the rest is
 * kept.
 *
 * @throws {RangeError} with what is wrong as its message
 *
 * @example
 * parseFilter("10.0.0.0/8,!10.1.0.0/16,2001:db8::/32").keepsRest; // false
 */
export function parseFilter(text: string): NetworkFilter {
  const networks = text.split(",").map(parseNamed);
  const seen = new Map<string, Network>();
  for (const network of networks) {
    const name = `${network.address.toHex()}/${network.length}`;
    const other = seen.get(name);
    if (other !== undefined && other.isKept !== network.isKept) {
      throw new RangeError("the same network is both kept and excluded");
    }
    seen.set(name, network);
  }
  return {
    text,
    networks: [...seen.values()],
    keepsRest: networks.every(({ isKept }) => !isKept),
  };
}

function parseNamed(text: string): Network {
  try {
    return parseNetwork(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`"${text}" is ${error.message}`);
  }
}

/**
 * Parses one network, such as `10.0.0.0/8` or `!10.1.0.0/16`.
 *
 * @throws {RangeError} with a message that continues `"TEXT" is …`
 */
export function parseNetwork(text: string): Network {
  const isKept = !text.startsWith("!");
  const [address = "", bits, ...rest] = text.slice(isKept ? 0 : 1).split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) {
    throw new RangeError(
      "not a network; give one like 10.0.0.0/8 or 2001:db8::/32",
    );
  }
  const family = bytes.length === ADDRESS_SIZE.ipv4 ? "ipv4" : "ipv6";
  const most = bytes.length * 8;
  const length = bits === undefined
    ? most
    : /^\d{1,3}$/.test(bits)
    ? Number(bits)
    : NaN;
  if (!(length <= most)) {
    throw new RangeError(
      `not a network; give a prefix length from 0 to ${most}`,
    );
  }
  return { family, address: masked(bytes, length), length, isKept };
}
