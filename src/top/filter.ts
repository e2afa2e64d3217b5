/** A choice of sources by their address. */
export interface Filter {
  /** As it was typed. */
  readonly text: string;
  matches(source: { ip: string; address: Uint8Array }): boolean;
}

/**
 * `10.0.0.0/8`, `2001:db8::/32` or an address choose by bits; any other text
 * by being a part of the address.
 *
 * @throws {RangeError} a slash, and no CIDR around it
 */
export function parseFilter(text: string): Filter {
  const [address, bits, ...more] = text.split("/");
  const network = parseAddress(address!);
  if (network === undefined) {
    if (bits !== undefined) throw new RangeError("no network like 10.0.0.0/8");
    const part = text.toLowerCase();
    return { text, matches: ({ ip }) => ip.includes(part) };
  }
  const all = network.length * 8;
  const length = bits === undefined
    ? all
    : /^\d{1,3}$/.test(bits)
    ? Number(bits)
    : NaN;
  if (more.length > 0 || !(length <= all)) {
    throw new RangeError(`a prefix is 0 to ${all} bits`);
  }
  return {
    text,
    matches: ({ address }) =>
      address.length === network.length &&
      sharesPrefix(address, network, length),
  };
}

function sharesPrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  for (let at = 0; at * 8 < bits; at++) {
    const unused = Math.max(0, (at + 1) * 8 - bits);
    if ((a[at]! ^ b[at]!) >> unused !== 0) return false;
  }
  return true;
}

/** The bytes of an address, in network order; undefined: it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const isByte = (part: string) => /^\d{1,3}$/.test(part) && Number(part) < 256;
  return parts.length === 4 && parts.every(isByte)
    ? Uint8Array.from(parts, Number)
    : undefined;
}

/** RFC 4291, 2.2: groups, one `::`, and a dotted quad at the end. */
function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) =>
    parseGroups(half, at === halves.length - 1)
  );
  if (head === undefined || halves.length === 2 && tail === undefined) {
    return undefined;
  }
  const rest = tail ?? [];
  const zeros = 16 - head.length - rest.length;
  if (halves.length === 1 ? zeros !== 0 : zeros < 2) return undefined;
  return Uint8Array.from([...head, ...Array(zeros).fill(0), ...rest]);
}

/** The bytes of `a:b:c`, or at the end of an address `a:b:1.2.3.4`. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [at, group] of groups.entries()) {
    const quad = isLast && at === groups.length - 1
      ? parseIpv4(group)
      : undefined;
    if (quad !== undefined) {
      bytes.push(...quad);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}
