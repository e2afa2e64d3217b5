import { ADDRESS_SIZE, type Family, parseAddress } from "./address.ts";
import { masked } from "./prefix.ts";

/** A network, and whether its sources are kept. */
interface Network {
  readonly family: Family;
  /** In network byte order, without bits beyond its length. */
  readonly address: Uint8Array;
  readonly length: number;
  readonly isKept: boolean;
}

/** Which sources are kept: the longest network that has one decides. */
export interface Filter {
  readonly networks: readonly Network[];
  /** Those that are in no network, of either family. */
  readonly keepsRest: boolean;
}

/**
 * Reads a list of networks, `!` before those that are left out:
 * `10.0.0.0/8,!10.1.0.0/16,2001:db8::/32`. An address alone is a network of
 * one. Where only networks that are left out are named, the rest is kept.
 *
 * @throws {RangeError} what is wrong with it
 */
export function parseFilter(text: string): Filter {
  const networks = text.split(",").map(parseNamed);
  const seen = new Map<string, Network>();
  for (const network of networks) {
    const name = `${network.address.toHex()}/${network.length}`;
    const other = seen.get(name);
    if (other !== undefined && other.isKept !== network.isKept) {
      throw new RangeError("it keeps and leaves out the same network");
    }
    seen.set(name, network);
  }
  return {
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
 * `!10.1.0.0/16`
 *
 * @throws {RangeError} what it is instead
 */
export function parseNetwork(text: string): Network {
  const isKept = !text.startsWith("!");
  const [address = "", bits, ...rest] = text.slice(isKept ? 0 : 1).split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) {
    throw new RangeError("no network like 10.0.0.0/8 or 2001:db8::/32");
  }
  const family = bytes.length === ADDRESS_SIZE.ipv4 ? "ipv4" : "ipv6";
  const most = bytes.length * 8;
  const length = bits === undefined
    ? most
    : /^\d{1,3}$/.test(bits)
    ? Number(bits)
    : NaN;
  if (!(length <= most)) {
    throw new RangeError(`no network: a length is 0 to ${most} bits`);
  }
  return { family, address: masked(bytes, length), length, isKept };
}
