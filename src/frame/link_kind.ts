/** The kinds of headers that a captured frame can start with. */

/**
 * - `ethernet`: addresses and a type
 * - `ip`: an IP header; its version tells which
 * - `ipv4`, `ipv6`: an IP header of that version
 * - `cooked`, `cooked2`: what Linux gives for "any" interface, in two versions
 * - `loopback`: the number of an address family
 * - `ppp`: a PPP protocol, with or without address and control
 * - `hdlc`: PPP or Cisco's HDLC, always with address and control
 */
export type LinkKind =
  | "ethernet"
  | "ip"
  | "ipv4"
  | "ipv6"
  | "cooked"
  | "cooked2"
  | "loopback"
  | "ppp"
  | "hdlc";
