/** Tells apart who connects: loopback from the rest, and one peer from another. */
import { parseAddress } from "../basics/address.ts";

/**
 * The bytes of an address, of an IPv4-mapped one those of the IPv4 address;
 * undefined: it is not an address. @see RFC 4291, section 2.5.5.2
 */
function addressOf(text: string): Uint8Array | undefined {
  const bytes = parseAddress(text.replace(/%.*$/, "")); // without its zone
  const isMapped = bytes?.length === 16 &&
    bytes.every((byte, at) => at >= 12 || byte === (at < 10 ? 0 : 0xff));
  return isMapped ? bytes.subarray(12) : bytes;
}

/**
 * Whether a host is this machine itself: `localhost`, 127.0.0.0/8 or ::1.
 *
 * @param host a name in lower case, or an address without brackets
 */
export function isLoopback(host: string): boolean {
  const bytes = addressOf(host);
  if (bytes === undefined) return /^localhost\.?$/.test(host);
  return bytes.length === 4
    ? bytes[0] === 127
    : bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
}

/**
 * What the connections of one client share: its IPv4 address, or its IPv6 /64,
 * all of whose addresses one host may use.
 */
export function peerOf(address: string): string {
  const bytes = addressOf(address);
  return bytes === undefined
    ? address
    : bytes.subarray(0, bytes.length === 4 ? 4 : 8).join();
}
