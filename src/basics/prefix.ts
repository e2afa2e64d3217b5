/** Prefixes of IP addresses as masks; addresses are in network byte order. */

/** A copy of `address` whose bits after the first `length` are 0. */
export function masked(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, at) =>
    byte & (0xff00 >> Math.min(8, Math.max(0, length - at * 8)))
  );
}

/**
 * The netmask of a prefix.
 *
 * @param size bytes of an address
 * @param length bits of the prefix
 *
 * @example
 * prefixMask(4, 20); // 255.255.240.0
 */
export function prefixMask(size: number, length: number): Uint8Array {
  return masked(new Uint8Array(size).fill(0xff), length);
}
