/** Numbers of headers, which are in network byte order. */

/** The number in two bytes. They must be there. */
export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}
