/**
 * Writes packets to a tun device of this namespace, so that they arrive on it; or
 * frames to a bridged tap, as a virtual machine does, each behind a virtio header.
 * usage: tun.ts DEVICE [guest] < packets, one a line, in hexadecimal
 *        tun.ts DEVICE TYPE (sets its hardware type, ARPHRD_*, while it is down)
 */
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: files } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "usize", "usize"], result: "i32" },
});

const O_RDWR = 2, TUNSETIFF = 0x400454ca, TUNSETOFFLOAD = 0x400454d0;
const TUNSETLINK = 0x400454cd;
const IFF_TUN = 1, IFF_TAP = 2, IFF_NO_PI = 0x1000, IFF_VNET_HDR = 0x4000;
const ALL_OFFLOADS = 0x67n; // checksums; TCP and UDP merged, over IPv4 and IPv6

const isGuest = Deno.args[1] === "guest";
const kind = isGuest ? IFF_TAP | IFF_VNET_HDR : IFF_TUN;

const packets = (await new Response(Deno.stdin.readable).text()).split("\n")
  .filter((line) => line !== "").map((line) => Uint8Array.fromHex(line));
const fd = checked("open", files.open(cString("/dev/net/tun"), O_RDWR));
const ifreq = new Uint8Array(40);
ifreq.set(cString(Deno.args[0]!));
new DataView(ifreq.buffer).setUint16(16, kind | IFF_NO_PI, true);
checked("TUNSETIFF", libc.ioctl(fd, BigInt(TUNSETIFF), ifreq));
const hardwareType = Number(Deno.args[1]);
if (hardwareType > 0) {
  const request = BigInt(TUNSETLINK);
  checked("TUNSETLINK", files.ioctl(fd, request, BigInt(hardwareType)));
}
if (isGuest) {
  const request = BigInt(TUNSETOFFLOAD);
  checked("TUNSETOFFLOAD", files.ioctl(fd, request, ALL_OFFLOADS));
  // The port works a little after its tap is opened.
  const state = `/sys/class/net/${Deno.args[0]}/brport/state`;
  const FORWARDING = 3; // BR_STATE_FORWARDING, linux/if_bridge.h
  while (Number(await Deno.readTextFile(state)) !== FORWARDING);
}
for (const packet of packets) {
  checked("write", Number(libc.write(fd, packet, BigInt(packet.length))));
}
