/** The kinds of frames that the figures feed to programs. */
import {
  type Bytes,
  bytes,
  ethernet,
  ETHERTYPE,
  ipv4,
  ipv6,
  VLAN,
} from "../../tests/lib/frames.ts";

export interface FrameKind {
  readonly name: "IPv4" | "VLAN" | "IPv6";
  readonly frame: Bytes;
  /** Offset of the last four bytes of the source address. */
  readonly sourceAt: number;
  /** The program of bench/floors/floors.bpf.c that counts this kind. */
  readonly floor: string;
}

export const IPV4: FrameKind = {
  name: "IPv4",
  frame: bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.0", { payload: 30 })),
  sourceAt: 14 + 12,
  floor: "floor_ipv4",
};

export const KINDS: readonly FrameKind[] = [
  IPV4,
  {
    name: "VLAN",
    frame: bytes(
      ethernet(ETHERTYPE.ipv4, [VLAN]),
      ipv4("10.0.0.0", { payload: 30 }),
    ),
    sourceAt: 18 + 12,
    floor: "floor_vlan",
  },
  {
    name: "IPv6",
    frame: bytes(ethernet(ETHERTYPE.ipv6), ipv6([1], { payload: 30 })),
    sourceAt: 14 + 8 + 12,
    floor: "floor_ipv6",
  },
];
