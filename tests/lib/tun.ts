/**
 * Writes packets to a tun device of this namespace, so that they arrive on it.
 * usage: tun.ts DEVICE < packets, one a line, in hexadecimal
 */
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: files } = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
});

const O_RDWR = 2, TUNSETIFF = 0x400454ca, IFF_TUN = 1, IFF_NO_PI = 0x1000;

const packets = (await new Response(Deno.stdin.readable).text()).split("\n")
  .filter((line) => line !== "").map((line) => Uint8Array.fromHex(line));
const fd = checked("open", files.open(cString("/dev/net/tun"), O_RDWR));
const ifreq = new Uint8Array(40);
ifreq.set(cString(Deno.args[0]!));
new DataView(ifreq.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
checked("TUNSETIFF", libc.ioctl(fd, BigInt(TUNSETIFF), ifreq));
for (const packet of packets) {
  checked("write", Number(libc.write(fd, packet, BigInt(packet.length))));
}
