/** IP addresses: bytes in network order, as in the BPF maps, to and from text. */

/** The two families, in the order in which they are shown. */
export const FAMILIES = ["ipv4", "ipv6"] as const;
export type Family = typeof FAMILIES[number];

/** Bytes of an address of each family. */
export const ADDRESS_SIZE: Record<Family, number> = { ipv4: 4, ipv6: 16 };

/** Formats four bytes as a dotted quad: `192.0.2.1`. */
export function formatIpv4(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** Like `formatIpv4`, for the four bytes as a little-endian u32. */
function formatIpv4Word(word: number): string {
  return `${word & 255}.${word >>> 8 & 255}.${word >>> 16 & 255}.${
    word >>> 24
  }`;
}

/**
 * Formats sixteen bytes in canonical form: lower case, no leading zeros, the
 * first of the longest runs of two or more zero groups as `::`, and an
 * IPv4-mapped address with a dotted quad.
 *
 * @see RFC 5952, sections 4 and 5
 *
 * @example
 * formatIpv6(parseAddress("2001:DB8:0:0::1")!); // "2001:db8::1"
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

/**
 * Formats address `row` of `keys`, an array of addresses without gaps. An IPv4
 * address needs no view of the array, which matters at a million rows.
 */
export function formatAddressAt(
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

/** Formats the bytes of an address. */
export const FORMAT_ADDRESS: Record<Family, (bytes: Uint8Array) => string> = {
  ipv4: formatIpv4,
  ipv6: formatIpv6,
};

/**
 * Parses an IPv4 or IPv6 address, without zone or prefix length.
 *
 * @returns 4 or 16 bytes; undefined: `text` is not an address
 */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const isByte = (part: string) =>
    /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256;
  if (parts.length !== 4 || !parts.every(isByte)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** @see RFC 4291, section 2.2 */
function parseIpv6(text: string): Uint8Array | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = parseGroups(head, tail === undefined);
  const after = tail === undefined ? [] : parseGroups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const room = 16 - before.length - after.length;
  if (tail === undefined ? room !== 0 : room < 2) return undefined;
  return Uint8Array.of(...before, ...new Array(room).fill(0), ...after);
}

/**
 * Parses groups such as `2001:db8`; the last ones of an address may end in a
 * dotted quad, as in `ffff:192.0.2.1`. Undefined: they are not groups.
 */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    const quad = isLast && at === groups.length - 1 && group.includes(".")
      ? parseIpv4(group)
      : undefined;
    if (quad !== undefined) bytes.push(...quad);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}
