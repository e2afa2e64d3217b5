/**
 * The senders of the stage: a handful of sources, each at its own rate, until
 * it is killed. usage: senders.ts INTERFACE
 */
import {
  type Bytes,
  bytes,
  ethernet,
  ETHERTYPE,
  ipv4,
  ipv6,
  QINQ,
  VLAN,
} from "./frames.ts";
import { RawSocket } from "./raw_socket.ts";

const plain = (source: string, payload: number) =>
  bytes(ethernet(ETHERTYPE.ipv4), ipv4(source, { payload }));

/** Frames, and how many of each are sent in a round of 100 ms. */
const SENDERS: [count: number, frame: Bytes][] = [
  [40, plain("192.0.2.10", 1400)],
  [25, plain("198.51.100.7", 512)],
  [9, plain("203.0.113.99", 64)],
  [
    12,
    bytes(ethernet(ETHERTYPE.ipv4, [VLAN]), ipv4("10.7.0.3", { payload: 200 })),
  ],
  [
    3,
    bytes(
      ethernet(ETHERTYPE.ipv4, [QINQ, VLAN]),
      ipv4("10.100.0.8", { payload: 90 }),
    ),
  ],
  [17, bytes(ethernet(ETHERTYPE.ipv6), ipv6([0x10], { payload: 900 }))],
  [
    5,
    bytes(
      ethernet(ETHERTYPE.ipv6, [VLAN]),
      ipv6([0xbe, 0xef], { payload: 300 }),
    ),
  ],
  [2, bytes(ethernet(ETHERTYPE.arp), Array(46).fill(0))],
];

const socket = new RawSocket(Deno.args[0]!);
for (;;) {
  for (const [count, frame] of SENDERS) {
    for (let sent = 0; sent < count; sent++) socket.send(frame);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
