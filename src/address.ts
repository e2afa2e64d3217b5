/** IP addresses as the maps have them: bytes in network order. */

export const FAMILIES = ["ipv4", "ipv6"] as const;
export type Family = typeof FAMILIES[number];

/** Bytes of an address. */
export const ADDRESS_SIZE: Record<Family, number> = { ipv4: 4, ipv6: 16 };

/** Four bytes as a dotted quad. */
export function formatIpv4(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** The same of the four bytes as one word, the first in its lowest bits. */
function formatIpv4Word(word: number): string {
  return `${word & 255}.${word >>> 8 & 255}.${word >>> 16 & 255}.${
    word >>> 24
  }`;
}

/**
 * Sixteen bytes in the canonical form of RFC 5952: lower case, no leading
 * zeros, the first of the longest runs of two or more zero groups as `::`, and
 * an IPv4-mapped address with its dotted quad (section 5).
 */
export function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push(bytes[at]! << 8 | bytes[at + 1]!);
  }

  const isMapped = groups[5] === 0xffff &&
    groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return `::ffff:${formatIpv4(bytes.subarray(12))}`;

  const { start, length } = longestZeroRun(groups);
  const hex = (part: number[]) =>
    part.map((group) => group.toString(16)).join(":");
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}

/** The address in some words of `keys`, without a view of them where it is short. */
export function formatKey(
  family: Family,
  keys: Uint32Array,
  row: number,
): string {
  if (family === "ipv4") return formatIpv4Word(keys[row]!);
  const size = ADDRESS_SIZE.ipv6;
  return formatIpv6(
    new Uint8Array(keys.buffer, keys.byteOffset + row * size, size),
  );
}

export const FORMAT_ADDRESS: Record<Family, (bytes: Uint8Array) => string> = {
  ipv4: formatIpv4,
  ipv6: formatIpv6,
};
