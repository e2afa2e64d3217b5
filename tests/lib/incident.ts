/**
 * Everyday traffic, and from the given second on a few sources that send far
 * more than the others, until it is killed. usage: incident.ts INTERFACE SECOND
 */
import { bytes, ethernet, ETHERTYPE, ipv4, ipv6 } from "./frames.ts";
import { RawSocket } from "./raw_socket.ts";

const [name, second] = Deno.args;
const ROUND = 50; // ms

const four = (source: string, payload: number) =>
  bytes(ethernet(ETHERTYPE.ipv4), ipv4(source, { payload }));
const six = (source: number[], payload: number) =>
  bytes(ethernet(ETHERTYPE.ipv6), ipv6(source, { payload }));

/** Frames, and how many of each are sent in a second. */
const EVERYDAY: [rate: number, frame: Uint8Array<ArrayBuffer>][] = [
  [820, four("192.0.2.10", 1200)],
  [610, six([0x10], 1100)],
  [455, four("192.0.2.44", 640)],
  [300, four("192.0.2.7", 900)],
  [212, six([0xbe, 0xef], 420)],
  [140, four("198.18.4.9", 80)],
  [96, four("192.0.2.200", 1300)],
  [61, six([0x51], 200)],
  [40, four("198.18.0.77", 512)],
  [22, four("192.0.2.91", 64)],
  [9, bytes(ethernet(ETHERTYPE.arp), Array(46).fill(0))],
];
const ATTACK: typeof EVERYDAY = [
  [9800, four("198.51.100.23", 18)],
  [7400, four("203.0.113.99", 18)],
  [5200, four("198.51.100.140", 18)],
  [2100, four("203.0.113.8", 18)],
];

const socket = new RawSocket(name!);
const start = performance.now();
for (let round = 0;; round++) {
  const now = performance.now() - start;
  const isAttack = now > Number(second) * 1000;
  // The rates of the everyday sources vary a little.
  const tide = 1 + 0.25 * Math.sin(now / 9000);
  for (const [rate, frame] of isAttack ? [...ATTACK, ...EVERYDAY] : EVERYDAY) {
    const due = rate * tide * ROUND / 1000;
    const count = Math.floor(due) + (Math.random() < due % 1 ? 1 : 0);
    for (let sent = 0; sent < count; sent++) socket.send(frame);
  }
  const next = start + (round + 1) * ROUND;
  await new Promise((resolve) =>
    setTimeout(resolve, Math.max(0, next - performance.now()))
  );
}
