/** Reads an IP header, and finds the transport header behind it. */
import { u16 } from "./numbers.ts";
import type { FrameFault } from "./reading.ts";

const IPV4_HEADER = 20, IPV6_HEADER = 40;
/** IPv4's fragment offset; the other bits are flags. */
const OFFSET = 0x1fff;

const MOST_EXTENSIONS = 6;
const HOP_BY_HOP = 0,
  ROUTING = 43,
  FRAGMENT = 44,
  AUTHENTICATION = 51,
  DESTINATION_OPTIONS = 60;

/**
 * Looks for an IP header at `at`.
 *
 * @param version what the header before it announces
 * @returns what is wrong with it; undefined: it can be read
 * @see RFC 791, section 3.1; RFC 8200, section 3
 */
export function ipFault(
  bytes: Uint8Array,
  at: number,
  to: number,
  version: 4 | 6,
): FrameFault | undefined {
  if (to - at < (version === 4 ? IPV4_HEADER : IPV6_HEADER)) return "short";
  const first = bytes[at]!;
  if (first >> 4 !== version) return "version";
  return version === 4 && (first & 15) < 5 ? "length" : undefined;
}

/** The IP header that was taken last. */
export class IpHeader {
  version: 4 | 6 = 4;
  /** Offset of the header. */
  at = 0;
  /** Set by `walk`: the protocol behind IPv6's extension headers. */
  protocol = 0;
  /** Set by `walk`: offset of the transport header; it may be cut off. */
  transport = 0;
  /** Set by `walk`: a fragment without a transport header. */
  isLaterFragment = false;

  /** Takes a header without a fault: see `ipFault`. */
  take(at: number, version: 4 | 6): void {
    this.version = version;
    this.at = at;
  }

  get source(): number {
    return this.at + (this.version === 4 ? 12 : 8);
  }

  get destination(): number {
    return this.at + (this.version === 4 ? 16 : 24);
  }

  /** The upper six bits of IPv4's TOS or of IPv6's traffic class. */
  dscp(bytes: Uint8Array): number {
    return this.version === 4
      ? bytes[this.at + 1]! >> 2
      : (u16(bytes, this.at) & 0x0fff) >> 6;
  }

  /** Finds the transport header. */
  walk(bytes: Uint8Array, to: number): void {
    const { at } = this;
    if (this.version === 6) {
      this.protocol = bytes[at + 6]!;
      this.transport = at + IPV6_HEADER;
      this.isLaterFragment = false;
      this.#skipExtensions(bytes, to);
      return;
    }
    this.protocol = bytes[at + 9]!;
    this.transport = at + (bytes[at]! & 15) * 4;
    this.isLaterFragment = (u16(bytes, at + 6) & OFFSET) !== 0;
  }

  /**
   * Behind the header of a later fragment is data: what looks like further headers
   * there is none.
   *
   * @see RFC 8200, section 4; RFC 4302, section 2
   */
  #skipExtensions(bytes: Uint8Array, to: number): void {
    for (let count = 0; count < MOST_EXTENSIONS; count++) {
      const { protocol, transport: at } = this;
      if (!isExtension(protocol) || at + 4 > to) return;
      this.protocol = bytes[at]!;
      if (protocol === FRAGMENT) {
        this.transport = at + 8;
        this.isLaterFragment = (u16(bytes, at + 2) & ~7) !== 0;
        if (this.isLaterFragment) return;
      } else if (protocol === AUTHENTICATION) {
        this.transport = at + (bytes[at + 1]! + 2) * 4;
      } else {
        this.transport = at + (bytes[at + 1]! + 1) * 8;
      }
    }
  }
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case AUTHENTICATION:
    case DESTINATION_OPTIONS:
      return true;
    default:
      return false;
  }
}
